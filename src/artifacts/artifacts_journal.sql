-- SPDX-License-Identifier: Apache-2.0
-- The journal's table in a user's database (the catalog has its own by migration 0004_artifacts, with the same columns).

-- name: artifacts.make_journal
-- sqlite
create table if not exists {journal} (
  seq integer primary key autoincrement,
  artifact_id text not null,
  at text not null,            -- RFC 3339, UTC
  actor text not null,         -- who
  batch_run_id text not null,  -- in which run of Holdfast
  operation text not null,     -- artifacts.backfill, …
  old text,                    -- the three keys of Holdfast before, as JSON
  new text,                    -- and after
  reason text not null
);
create index if not exists {journal_index} on {journal} (artifact_id, seq);
-- postgres
create table if not exists {journal} (
  seq bigint generated always as identity primary key,
  artifact_id text not null,
  at timestamptz not null,
  actor text not null,         -- who
  batch_run_id text not null,  -- in which run of Holdfast
  operation text not null,     -- artifacts.backfill, …
  old jsonb,                   -- the three keys of Holdfast before
  new jsonb,                   -- and after
  reason text not null
);
create index if not exists {journal_index} on {journal} (artifact_id, seq);

-- name: artifacts.read_journal
-- sqlite
select seq, artifact_id, at, actor, batch_run_id, operation, old, new, reason from {journal}
where seq > :after_seq and (:artifact_id is null or artifact_id = :artifact_id)
order by seq
limit :limit
-- postgres
select seq, artifact_id,
  to_char(cast(at as timestamptz) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
  actor, batch_run_id, operation, cast(old as text), cast(new as text), reason
from {journal}
where seq > :after_seq and (cast(:artifact_id as text) is null or artifact_id = cast(:artifact_id as text))
order by seq
limit :limit
