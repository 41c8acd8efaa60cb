-- SPDX-License-Identifier: Apache-2.0
-- Writing where metadata is text to us (json and text on PostgreSQL, everything on SQLite): the rows are locked, their texts read
-- and spliced (artifacts/metadata_text.h), and written back before anybody else can change them. On SQLite the transaction's own
-- lock does it.

-- name: artifacts.lock
-- sqlite
select <<id_text>> as id, <<path_text>> as path, <<record>>
from {table} as t
where <<id_key>> in (select e.value from json_each(:ids) as e)
-- postgres
select <<id_text>> as id, <<path_text>> as path, <<record>>
from {table} as t
where t.{id} = any(array(select cast(r.v as <<id_sql>>) from jsonb_array_elements_text(cast(:ids as jsonb)) as r(v)))
for update

-- name: artifacts.splice
-- sqlite
update {table} as t
set {metadata} = w.metadata <<set_updated_at>>
from (select json_extract(e.value, '$.id') as id, json_extract(e.value, '$.metadata') as metadata from json_each(:writes) as e) as w
where <<id_key>> = w.id
-- postgres
update {table} as t
set {metadata} = cast(w.metadata as <<metadata_sql>>) <<set_updated_at>>
from jsonb_to_recordset(cast(:writes as jsonb)) as w(id text, metadata text)
where t.{id} = cast(w.id as <<id_sql>>)

-- Where no index finds an id, a join would look at every row once for each of the writes: the planner does not turn it around.
-- name: artifacts.splice_in_one_look
-- sqlite
with holdfast_writes(id, metadata) as materialized (
  select json_extract(e.value, '$.id'), json_extract(e.value, '$.metadata') from json_each(:writes) as e
)
update {table} as t
set {metadata} = (select w.metadata from holdfast_writes as w where w.id = <<id_key>>) <<set_updated_at>>
where <<id_key>> in (select w.id from holdfast_writes as w)
-- postgres
select 'its planner joins by hash' where cast(:writes as text) is null

-- name: artifacts.journal
-- sqlite
insert into {journal} (artifact_id, at, actor, batch_run_id, operation, old, new, reason)
select json_extract(e.value, '$.id'), :at, :actor, :batch_run_id, :operation, json_extract(e.value, '$.old'),
  json_extract(e.value, '$.new'), json_extract(e.value, '$.reason')
from json_each(:writes) as e
order by e.key
-- postgres
insert into {journal} (artifact_id, at, actor, batch_run_id, operation, old, new, reason)
select r.id, cast(cast(:at as text) as <<journal_at_sql>>), :actor, :batch_run_id, :operation,
  cast(r.old as <<journal_json_sql>>), cast(r.new as <<journal_json_sql>>), r.reason
from jsonb_to_recordset(cast(:writes as jsonb)) as r(n bigint, id text, old text, new text, reason text)
order by r.n
