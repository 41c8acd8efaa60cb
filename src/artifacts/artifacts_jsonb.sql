-- SPDX-License-Identifier: Apache-2.0
-- Writing where metadata is jsonb: one statement for a whole batch. The server merges, so that no other key passes through us.

-- name: artifacts.merge
-- sqlite
select 'jsonb is a type of PostgreSQL'
-- postgres
with w as (
  select * from jsonb_to_recordset(cast(:writes as jsonb))
    as r(n bigint, id text, path text, old_sha256 text, sha256 text, size_bytes bigint, computed_at text, reason text)
), before as (
  -- Locked and judged in the row's newest version: a client that changed the path or the hash meanwhile wins.
  select w.*, t.{metadata} as old_metadata
  from w join {table} t on t.{id} = cast(w.id as <<id_sql>>)
  where cast(t.{path} as text) = w.path
    and (t.{metadata}->>'file_sha256') is not distinct from w.old_sha256
    and (t.{metadata} is null or jsonb_typeof(t.{metadata}) = 'object')
  for update of t
), written as (
  update {table} t
  set {metadata} = coalesce(t.{metadata}, cast('{}' as jsonb))
    || jsonb_build_object('file_sha256', b.sha256, 'file_size_bytes', b.size_bytes, 'file_sha256_computed_at', b.computed_at)
    <<set_updated_at>>
  from before b
  where t.{id} = cast(b.id as <<id_sql>>)
  returning b.n, b.id, b.old_metadata, b.sha256, b.size_bytes, b.computed_at, b.reason
), journaled as (
  insert into {journal} (artifact_id, at, actor, batch_run_id, operation, old, new, reason)
  select id, cast(cast(:at as text) as <<journal_at_sql>>), :actor, :batch_run_id, :operation,
    cast((select coalesce(jsonb_object_agg(k, old_metadata->k), cast('{}' as jsonb))
          from unnest(array['file_sha256', 'file_size_bytes', 'file_sha256_computed_at']) k
          where jsonb_exists(old_metadata, k)) as <<journal_json_sql>>),
    cast(jsonb_build_object('file_sha256', sha256, 'file_size_bytes', size_bytes, 'file_sha256_computed_at', computed_at)
         as <<journal_json_sql>>),
    reason
  from written
  order by n
)
select n from written order by n
