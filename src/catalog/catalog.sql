-- SPDX-License-Identifier: Apache-2.0
-- Every statement of the catalog's shared tables. Bulk arguments are JSON arrays of flat objects. Optional filters are cast, so that
-- PostgreSQL knows the type of a NULL.
--
-- PostgreSQL takes a bulk argument for 100 rows, whatever it holds, and a fresh table for nearly empty; what it then makes of a join
-- of both can be quadratic (measured: 46 s for 20,000 keys). `cross join lateral (... offset 0)` has it look every key up by the
-- index; `(x in (select ...)) is true` has it hash the argument.

-- name: migration.lock
-- sqlite
select 1 as locked
-- postgres
select 1 as locked from (select pg_advisory_xact_lock(5207410233341)) as waited
-- name: migration.list
-- any
select version, name, checksum, applied_at from schema_migration order by version
-- name: migration.add
-- any
insert into schema_migration (version, name, checksum, applied_at) values (:version, :name, :checksum, :applied_at)
-- name: migration.remove
-- any
delete from schema_migration where version = :version

-- name: event.lock_head
-- sqlite
select seq, chain_hash from event_head where id = 1
-- postgres
select seq, chain_hash from event_head where id = 1 for update
-- name: event.known
-- sqlite
select dedup_key, seq from event where dedup_key in (select value->>'dedup_key' from json_each(:keys))
-- postgres
select e.dedup_key, e.seq
from (select distinct dedup_key from jsonb_to_recordset(:keys::jsonb) as r(dedup_key text)) as k
cross join lateral (select dedup_key, seq from event where dedup_key = k.dedup_key offset 0) as e
-- name: event.append
-- sqlite
insert into event (seq, at, name, subject, level, fields, actor, run_id, dedup_key, leaf_hash, chain_hash)
select value->>'seq', value->>'at', value->>'name', value->>'subject', value->>'level', value->>'fields', value->>'actor',
       value->>'run_id', value->>'dedup_key', value->>'leaf_hash', value->>'chain_hash'
from json_each(:rows)
-- postgres
insert into event (seq, at, name, subject, level, fields, actor, run_id, dedup_key, leaf_hash, chain_hash)
select seq, at, name, subject, level, fields, actor, run_id, dedup_key, leaf_hash, chain_hash
from jsonb_to_recordset(:rows::jsonb) as r(seq bigint, at text, name text, subject text, level text, fields text, actor text,
                                           run_id text, dedup_key text, leaf_hash text, chain_hash text)
-- name: event.move_head
-- any
update event_head set seq = :seq, chain_hash = :chain_hash where id = 1
-- name: event.last
-- any
select seq from event_head where id = 1
-- name: event.snapshot
-- any
select h.seq, h.chain_hash, (select max(e.seq) from event e) as row_seq from event_head h where h.id = 1
-- name: event.page
-- any
select seq, at, name, subject, level, fields, actor, run_id, dedup_key, leaf_hash, chain_hash
from event where seq > :after order by seq limit :limit
-- name: event.list
-- any
select seq, at, name, subject, level, fields, actor, run_id, dedup_key, leaf_hash, chain_hash
from event
where seq > :after
  and (cast(:name as text) is null or name = cast(:name as text))
  and (cast(:prefix as text) is null or substr(name, 1, length(cast(:prefix as text))) = cast(:prefix as text))
  and (cast(:run_id as text) is null or run_id = cast(:run_id as text))
  and (cast(:since as text) is null or at >= cast(:since as text))
  and case level when 'error' then 2 when 'warning' then 1 else 0 end >= cast(:least_level as bigint)
order by seq limit :limit
-- name: event.list_of_subject
-- any
select seq, at, name, subject, level, fields, actor, run_id, dedup_key, leaf_hash, chain_hash
from event
where subject = :subject and seq > :after
  and (cast(:name as text) is null or name = cast(:name as text))
  and (cast(:prefix as text) is null or substr(name, 1, length(cast(:prefix as text))) = cast(:prefix as text))
  and (cast(:run_id as text) is null or run_id = cast(:run_id as text))
  and (cast(:since as text) is null or at >= cast(:since as text))
  and case level when 'error' then 2 when 'warning' then 1 else 0 end >= cast(:least_level as bigint)
order by seq limit :limit
-- name: event.newest
-- any
select min(seq) as first from (
  select seq from event where seq > :after
    and (cast(:name as text) is null or name = cast(:name as text))
    and (cast(:prefix as text) is null or substr(name, 1, length(cast(:prefix as text))) = cast(:prefix as text))
    and (cast(:run_id as text) is null or run_id = cast(:run_id as text))
    and (cast(:since as text) is null or at >= cast(:since as text))
    and case level when 'error' then 2 when 'warning' then 1 else 0 end >= cast(:least_level as bigint)
  order by seq desc limit :limit) as newest
-- name: event.newest_of_subject
-- any
select min(seq) as first from (
  select seq from event where subject = :subject and seq > :after
    and (cast(:name as text) is null or name = cast(:name as text))
    and (cast(:prefix as text) is null or substr(name, 1, length(cast(:prefix as text))) = cast(:prefix as text))
    and (cast(:run_id as text) is null or run_id = cast(:run_id as text))
    and (cast(:since as text) is null or at >= cast(:since as text))
    and case level when 'error' then 2 when 'warning' then 1 else 0 end >= cast(:least_level as bigint)
  order by seq desc limit :limit) as newest

-- name: incident.open_of
-- sqlite
select id, subject, verdict, level, findings from incident
where resolved_at is null and subject in (select value->>'subject' from json_each(:subjects))
-- postgres
select i.id, i.subject, i.verdict, i.level, i.findings
from (select distinct subject from jsonb_to_recordset(:subjects::jsonb) as r(subject text)) as s
cross join lateral (select id, subject, verdict, level, findings from incident
                    where subject = s.subject and resolved_at is null offset 0) as i
-- name: incident.insert
-- sqlite
insert into incident (subject, domain, verdict, level, opened_at, last_seen_at, opened_by_run, findings)
select value->>'subject', :domain, value->>'verdict', value->>'level', value->>'seen_at', value->>'seen_at', :run_id,
       value->>'findings'
from json_each(:rows) order by key
returning id, subject
-- postgres
insert into incident (subject, domain, verdict, level, opened_at, last_seen_at, opened_by_run, findings)
select subject, :domain, verdict, level, seen_at, seen_at, :run_id, findings
from jsonb_to_recordset(:rows::jsonb) as r(subject text, verdict text, level text, seen_at text, findings text)
returning id, subject
-- name: incident.update
-- sqlite
update incident set verdict = r.verdict, level = r.level, last_seen_at = r.seen_at, findings = r.findings
from (select value->>'id' as id, value->>'verdict' as verdict, value->>'level' as level, value->>'seen_at' as seen_at,
             value->>'findings' as findings
      from json_each(:rows)) as r
where incident.id = r.id
-- postgres
update incident set verdict = r.verdict, level = r.level, last_seen_at = r.seen_at, findings = r.findings
from jsonb_to_recordset(:rows::jsonb) as r(id bigint, verdict text, level text, seen_at text, findings text)
where incident.id = r.id
-- name: incident.resolve
-- sqlite
update incident set verdict = :verdict, last_seen_at = r.seen_at, resolved_at = r.seen_at, resolved_by_run = :run_id
from (select value->>'id' as id, value->>'seen_at' as seen_at from json_each(:rows)) as r
where incident.id = r.id
-- postgres
update incident set verdict = :verdict, last_seen_at = r.seen_at, resolved_at = r.seen_at, resolved_by_run = :run_id
from jsonb_to_recordset(:rows::jsonb) as r(id bigint, seen_at text)
where incident.id = r.id
-- name: incident.open_subjects
-- any
select subject from incident where domain = :domain and resolved_at is null order by subject
-- name: incident.open_since
-- any
select opened_at from incident where subject = :subject and resolved_at is null
-- name: incident.list
-- any
select id, subject, domain, verdict, level, opened_at, last_seen_at, resolved_at, opened_by_run, resolved_by_run, findings
from incident
where (cast(:include_resolved as bigint) = 1 or resolved_at is null)
  and (cast(:subject as text) is null or subject = cast(:subject as text))
  and (cast(:domain as text) is null or domain = cast(:domain as text))
order by id desc limit :limit
-- name: incident.find
-- any
select id, subject, domain, verdict, level, opened_at, last_seen_at, resolved_at, opened_by_run, resolved_by_run, findings
from incident where id = :id

-- name: waiver.insert
-- any
insert into waiver (subject, rule, recorded, observed, owner, reason, created_at, expires_at)
values (:subject, :rule, :recorded, :observed, :owner, :reason, :created_at, :expires_at)
returning id
-- name: waiver.revoke
-- any
update waiver set revoked_at = :now where id = :id and revoked_at is null
returning id, subject, rule, recorded, observed, owner, reason, created_at, expires_at, revoked_at
-- name: waiver.list
-- any
select id, subject, rule, recorded, observed, owner, reason, created_at, expires_at, revoked_at
from waiver
where cast(:include_ended as bigint) = 1 or (revoked_at is null and expires_at > :now)
order by id

-- name: check_run.start
-- any
insert into check_run (id, name, domain, started_at, outcome, detail) values (:id, :name, :domain, :started_at, :outcome, :detail)
-- name: check_run.end
-- any
update check_run
set ended_at = :ended_at, outcome = :outcome, planned = :planned, evaluated = :evaluated, skipped = :skipped,
    unreadable = :unreadable, size_bytes_read = :size_bytes_read, notes = :notes, warnings = :warnings, errors = :errors,
    waived = :waived, detail = :detail
where id = :id
-- name: check_run.list
-- any
select id, name, domain, started_at, ended_at, outcome, planned, evaluated, skipped, unreadable, size_bytes_read, notes, warnings,
       errors, waived, detail
from check_run order by started_at desc, id desc limit :limit

-- name: batch_run.start
-- any
insert into batch_run (id, operation, target, owner, started_at, updated_at, outcome, cursor, summary)
values (:id, :operation, :target, :owner, :started_at, :updated_at, :outcome, :cursor, :summary)
-- name: batch_run.save
-- any
update batch_run set updated_at = :updated_at, cursor = :cursor, summary = :summary where id = :id and outcome = 'running'
-- name: batch_run.end
-- any
update batch_run
set updated_at = :updated_at, ended_at = :ended_at, outcome = :outcome, cursor = :cursor, summary = :summary
where id = :id and outcome = 'running'
-- name: batch_run.running_owners
-- any
select distinct owner from batch_run where outcome = 'running'
-- name: batch_run.abandon
-- sqlite
update batch_run set outcome = 'abandoned', ended_at = :now
where outcome = 'running' and owner in (select value->>'owner' from json_each(:owners))
-- postgres
update batch_run set outcome = 'abandoned', ended_at = :now
where outcome = 'running' and owner in (select owner from jsonb_to_recordset(:owners::jsonb) as o(owner text))
-- name: batch_run.list
-- any
select id, operation, target, owner, started_at, updated_at, ended_at, outcome, cursor, summary
from batch_run
where cast(:operation as text) = '' or operation = cast(:operation as text)
order by started_at desc, id desc limit :limit

-- name: claim.owners
-- any
select distinct owner from claim where resource = :resource and owner <> :owner
-- name: claim.take
-- sqlite
insert into claim (resource, key, owner, taken_at, lease_until)
select distinct :resource, value->>'key', :owner, :now, :lease_until from json_each(:keys) where true
on conflict (resource, key) do update
set owner = excluded.owner, taken_at = excluded.taken_at, lease_until = excluded.lease_until
where claim.owner = excluded.owner or claim.lease_until <= excluded.taken_at
   or claim.owner in (select value->>'owner' from json_each(:gone))
returning key
-- postgres
insert into claim (resource, key, owner, taken_at, lease_until)
select :resource, key, :owner, :now, :lease_until
from (select distinct key from jsonb_to_recordset(:keys::jsonb) as k(key text)) as wanted
order by key
on conflict (resource, key) do update
set owner = excluded.owner, taken_at = excluded.taken_at, lease_until = excluded.lease_until
where claim.owner = excluded.owner or claim.lease_until <= excluded.taken_at
   or claim.owner in (select owner from jsonb_to_recordset(:gone::jsonb) as g(owner text))
returning key
-- name: claim.renew
-- any
update claim set lease_until = :lease_until where resource = :resource and owner = :owner
-- name: claim.renew_one
-- any
update claim set lease_until = :lease_until where resource = :resource and key = :key and owner = :owner
-- name: claim.release
-- sqlite
delete from claim
where resource = :resource and owner = :owner and key in (select value->>'key' from json_each(:keys))
-- postgres
delete from claim
where resource = :resource and owner = :owner
  and (key in (select key from jsonb_to_recordset(:keys::jsonb) as k(key text))) is true
-- name: claim.release_all
-- any
delete from claim where resource = :resource and owner = :owner
