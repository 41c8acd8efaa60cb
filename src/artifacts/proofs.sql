-- SPDX-License-Identifier: Apache-2.0
-- Statements of proofs and observations, in Holdfast's own catalog. Times are RFC 3339 text, whose
-- order is that of time. Bulk arguments are JSON arrays of flat objects.
--
-- Two runs may overlap, and the one that read first may commit last: what is stored gives way only to what
-- was seen later, or where its time is still to come (:now), since then a clock was wrong.

-- name: artifact_proof.save
-- sqlite
insert into artifact_proof (source, artifact_id, file_path, sha256, size_bytes, device, inode, mtime_ns,
                            ctime_ns, proved_at, first_proved_at, looked_at)
select :source, value->>'artifact_id', value->>'file_path', value->>'sha256', value->>'size_bytes',
       value->>'device', value->>'inode', value->>'mtime_ns', value->>'ctime_ns', value->>'proved_at',
       value->>'proved_at', value->>'proved_at'
from json_each(:rows) where true
on conflict (source, artifact_id) do update
set file_path = excluded.file_path, sha256 = excluded.sha256, size_bytes = excluded.size_bytes,
    device = excluded.device, inode = excluded.inode, mtime_ns = excluded.mtime_ns,
    ctime_ns = excluded.ctime_ns, proved_at = excluded.proved_at,
    first_proved_at = case when artifact_proof.sha256 = excluded.sha256
                           then artifact_proof.first_proved_at else excluded.first_proved_at end,
    looked_at = case when artifact_proof.looked_at between excluded.looked_at and :now
                     then artifact_proof.looked_at else excluded.looked_at end
where artifact_proof.proved_at is null or excluded.proved_at >= artifact_proof.proved_at or artifact_proof.proved_at > :now
-- postgres
insert into artifact_proof (source, artifact_id, file_path, sha256, size_bytes, device, inode, mtime_ns,
                            ctime_ns, proved_at, first_proved_at, looked_at)
select :source, artifact_id, file_path, sha256, size_bytes, device, inode, mtime_ns, ctime_ns,
       proved_at, proved_at, proved_at
from jsonb_to_recordset(:rows::jsonb) as r(artifact_id text, file_path text, sha256 text,
     size_bytes bigint, device bigint, inode bigint, mtime_ns bigint, ctime_ns bigint, proved_at text)
on conflict (source, artifact_id) do update
set file_path = excluded.file_path, sha256 = excluded.sha256, size_bytes = excluded.size_bytes,
    device = excluded.device, inode = excluded.inode, mtime_ns = excluded.mtime_ns,
    ctime_ns = excluded.ctime_ns, proved_at = excluded.proved_at,
    first_proved_at = case when artifact_proof.sha256 = excluded.sha256
                           then artifact_proof.first_proved_at else excluded.first_proved_at end,
    looked_at = case when artifact_proof.looked_at between excluded.looked_at and :now
                     then artifact_proof.looked_at else excluded.looked_at end
where artifact_proof.proved_at is null or excluded.proved_at >= artifact_proof.proved_at or artifact_proof.proved_at > :now

-- name: artifact_proof.load
-- sqlite
select artifact_id, file_path, sha256, size_bytes, device, inode, mtime_ns, ctime_ns, proved_at,
       first_proved_at, looked_at
from artifact_proof
where source = :source and sha256 is not null
  and artifact_id in (select value->>'artifact_id' from json_each(:ids))
-- postgres
select artifact_id, file_path, sha256, size_bytes, device, inode, mtime_ns, ctime_ns, proved_at,
       first_proved_at, looked_at
from artifact_proof
where source = :source and sha256 is not null
  and artifact_id in (select artifact_id from jsonb_to_recordset(:ids::jsonb) as i(artifact_id text))

-- name: artifact_proof.look
-- sqlite
insert into artifact_proof (source, artifact_id, looked_at)
select :source, value->>'artifact_id', value->>'looked_at' from json_each(:rows) where true
on conflict (source, artifact_id) do update set looked_at = excluded.looked_at
where excluded.looked_at >= artifact_proof.looked_at or artifact_proof.looked_at > :now
-- postgres
insert into artifact_proof (source, artifact_id, looked_at)
select :source, artifact_id, looked_at
from jsonb_to_recordset(:rows::jsonb) as r(artifact_id text, looked_at text)
on conflict (source, artifact_id) do update set looked_at = excluded.looked_at
where excluded.looked_at >= artifact_proof.looked_at or artifact_proof.looked_at > :now

-- name: artifact_proof.looks
-- sqlite
select artifact_id, looked_at, proved_at, coalesce(size_bytes, 0) as size_bytes
from artifact_proof
where source = :source and artifact_id in (select value->>'artifact_id' from json_each(:ids))
-- postgres
select artifact_id, looked_at, proved_at, coalesce(size_bytes, 0) as size_bytes
from artifact_proof
where source = :source
  and artifact_id in (select artifact_id from jsonb_to_recordset(:ids::jsonb) as i(artifact_id text))

-- name: artifact_proof.oldest
-- any
select artifact_id, looked_at, proved_at, coalesce(size_bytes, 0) as size_bytes
from artifact_proof
where source = :source and (looked_at, artifact_id) > (:looked_at, :artifact_id)
order by looked_at, artifact_id limit :limit

-- name: artifact_proof.forget
-- sqlite
delete from artifact_proof
where source = :source and artifact_id in (select value->>'artifact_id' from json_each(:ids))
-- postgres
delete from artifact_proof
where source = :source
  and artifact_id in (select artifact_id from jsonb_to_recordset(:ids::jsonb) as i(artifact_id text))

-- name: artifact_observation.save
-- sqlite
insert into artifact_observation (source, subject, artifact_id, artifact_type, verdict, basis, observed_at,
                                  proved_at, findings)
select :source, value->>'subject', value->>'artifact_id', value->>'artifact_type', value->>'verdict',
       value->>'basis', value->>'observed_at', value->>'proved_at', value->>'findings'
from json_each(:rows) where true
on conflict (source, subject) do update
set artifact_id = excluded.artifact_id, artifact_type = excluded.artifact_type,
    verdict = excluded.verdict, basis = excluded.basis, observed_at = excluded.observed_at,
    proved_at = excluded.proved_at, findings = excluded.findings
where excluded.observed_at >= artifact_observation.observed_at or artifact_observation.observed_at > :now
-- postgres
insert into artifact_observation (source, subject, artifact_id, artifact_type, verdict, basis, observed_at,
                                  proved_at, findings)
select :source, subject, artifact_id, artifact_type, verdict, basis, observed_at, proved_at, findings
from jsonb_to_recordset(:rows::jsonb) as r(subject text, artifact_id text, artifact_type text,
     verdict text, basis text, observed_at text, proved_at text, findings text)
on conflict (source, subject) do update
set artifact_id = excluded.artifact_id, artifact_type = excluded.artifact_type,
    verdict = excluded.verdict, basis = excluded.basis, observed_at = excluded.observed_at,
    proved_at = excluded.proved_at, findings = excluded.findings
where excluded.observed_at >= artifact_observation.observed_at or artifact_observation.observed_at > :now

-- name: artifact_observation.load
-- sqlite
select subject, artifact_id, artifact_type, verdict, basis, observed_at, proved_at, findings
from artifact_observation
where source = :source and artifact_id in (select value->>'artifact_id' from json_each(:ids))
-- postgres
select subject, artifact_id, artifact_type, verdict, basis, observed_at, proved_at, findings
from artifact_observation
where source = :source
  and artifact_id in (select artifact_id from jsonb_to_recordset(:ids::jsonb) as i(artifact_id text))

-- name: artifact_observation.forget
-- sqlite
delete from artifact_observation
where source = :source and artifact_id in (select value->>'artifact_id' from json_each(:ids))
-- postgres
delete from artifact_observation
where source = :source
  and artifact_id in (select artifact_id from jsonb_to_recordset(:ids::jsonb) as i(artifact_id text))

-- name: artifact_observation.others
-- any
select subject, artifact_id, artifact_type, verdict, basis, observed_at, proved_at, findings
from artifact_observation
where source = :source and artifact_id is null and subject > :subject
order by subject limit :limit

-- name: artifact_observation.prune_files
-- any
delete from artifact_observation
where source = :source and artifact_id is null and substr(subject, 1, 5) = 'file:'
  and observed_at < :before

-- A scrub that has ended tells in the detail of its run how many rows it left that were never read.
-- name: artifact_scrub.unread_since
-- sqlite
select min(started_at) as since from check_run
where name = :name and detail->>'command' = 'artifacts scrub' and detail->>'never_read' is not null
  and started_at > coalesce((select max(started_at) from check_run
                             where name = :name and detail->>'command' = 'artifacts scrub'
                               and detail->>'never_read' = 0), '')
-- postgres
select min(started_at) as since from check_run
where name = :name and detail::jsonb->>'command' = 'artifacts scrub' and detail::jsonb->>'never_read' is not null
  and started_at > coalesce((select max(started_at) from check_run
                             where name = :name and detail::jsonb->>'command' = 'artifacts scrub'
                               and detail::jsonb->>'never_read' = '0'), '')
