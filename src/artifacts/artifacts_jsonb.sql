-- SPDX-License-Identifier: Apache-2.0
-- Writing where metadata is jsonb: one statement for a whole batch. The server merges, so that no other key passes through us.
-- The names of the parts hide a table of the same name: they are none that a user would take.

-- name: artifacts.merge
-- sqlite
select 'jsonb is a type of PostgreSQL'
-- postgres
with holdfast_writes as (
  select * from jsonb_to_recordset(cast(:writes as jsonb))
    as r(n bigint, id text, path text, old_sha256 text, sha256 text, size_bytes bigint, computed_at text, reason text)
), holdfast_before as (
  -- Locked and judged in the row's newest version: a client that changed the path or the hash meanwhile wins.
  select w.*, t.{metadata} as old_metadata
  from holdfast_writes w join {table} t on t.{id} = cast(w.id as <<id_sql>>)
  where cast(t.{path} as text) = w.path
    and (t.{metadata}->>'file_sha256') is not distinct from w.old_sha256
    and (t.{metadata} is null or jsonb_typeof(t.{metadata}) = 'object')
  for update of t
), holdfast_written as (
  update {table} t
  set {metadata} = coalesce(t.{metadata}, cast('{}' as jsonb))
    || jsonb_build_object('file_sha256', b.sha256, 'file_size_bytes', b.size_bytes, 'file_sha256_computed_at', b.computed_at)
    <<set_updated_at>>
  from holdfast_before b
  where t.{id} = cast(b.id as <<id_sql>>)
  returning b.n, b.id, b.old_metadata, b.sha256, b.size_bytes, b.computed_at, b.reason
), holdfast_journaled as (
  insert into {journal} (artifact_id, at, actor, batch_run_id, operation, old, new, reason)
  select w.id, cast(cast(:at as text) as <<journal_at_sql>>), :actor, :batch_run_id, :operation,
    cast((select coalesce(jsonb_object_agg(r.k, w.old_metadata->r.k), cast('{}' as jsonb))
          from unnest(array['file_sha256', 'file_size_bytes', 'file_sha256_computed_at']) as r(k)
          where jsonb_exists(w.old_metadata, r.k)) as <<journal_json_sql>>),
    cast(jsonb_build_object('file_sha256', w.sha256, 'file_size_bytes', w.size_bytes, 'file_sha256_computed_at', w.computed_at)
         as <<journal_json_sql>>),
    w.reason
  from holdfast_written w
  order by w.n
)
-- A row that was found as it was read and still not written: a trigger or rule would not have it.
select b.n, case when w.n is null then 0 else 1 end as written
from holdfast_before b left join holdfast_written w on w.n = b.n
order by b.n
