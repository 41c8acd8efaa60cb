-- SPDX-License-Identifier: Apache-2.0
-- Reading a table of artifact rows, the catalog's own or a user's.
--
-- {name} is a table or column of the source, quoted by sql/book. A name in double angle brackets is an expression that depends
-- on the columns' types and is put in before that (artifact_expressions.cpp): id_key and type_key are what the order compares,
-- id_text and the like what is handed out, record the columns that tell what is recorded (artifacts_jsonb.sql and artifacts_text.sql).
-- Every name of ours in a subquery is qualified: bare, it would be a column of the user's table where that has one of the name.

-- name: artifacts.rows
-- sqlite
select <<id_text>> as id, <<type_text>> as type, <<title_text>> as title, <<path_text>> as path, <<record>>
from {table} as t
where <<id_key>> in (select e.value from json_each(:ids) as e)
order by <<type_key>>, <<id_key>>
-- postgres
select <<id_text>> as id, <<type_text>> as type, <<title_text>> as title, <<path_text>> as path, <<record>>
from {table} as t
where t.{id} = any(array(select cast(r.v as <<id_sql>>) from jsonb_array_elements_text(cast(:ids as jsonb)) as r(v)))
order by <<type_key>>, <<id_key>>

-- Whether rows that could not be read again by their ids are there all the same: by their texts, so in another way.
-- name: artifacts.listed
-- sqlite
select <<id_text>> as id from {table} as t where <<id_text>> in (select e.value from json_each(:ids) as e)
-- postgres
select <<id_text>> as id from {table} as t
where <<id_text>> in (select r.v from jsonb_array_elements_text(cast(:ids as jsonb)) as r(v))

-- name: artifacts.row_without_id
-- any
select 1 from {table} as t where t.{id} is null limit 1

-- name: artifacts.id_twice
-- any
select <<id_text>> as id, count(*) as row_count from {table} as t group by <<id_key>> having count(*) > 1 limit 1

-- name: artifacts.misfit
-- sqlite
select <<id_text>> as id, <<misfit>> as misfit from {table} as t where <<misfit>> is not null limit 1
-- postgres
select '' as id, '' as misfit where false

-- name: artifacts.id_index
-- sqlite
select 1 as found from pragma_table_xinfo(:table) as c where c.name = :id collate nocase and c.pk = 1
union all
select 1 from pragma_index_list(:table) as l, pragma_index_info(l.name) as i
where l.partial = 0 and i.seqno = 0 and i.name = :id collate nocase
union all
-- A view is written through its triggers, which SQLite runs for a join only.
select 1 from sqlite_schema as s where s.type = 'view' and s.name = :table collate nocase
-- postgres
select 1 as found where cast(:table as text) is not null and cast(:id as text) is not null

-- Whether the id takes no text: on SQLite only where it is the rowid itself.
-- name: artifacts.integer_ids
-- sqlite
select 1 as found from pragma_table_xinfo(:table) as c
where c.name = :id collate nocase and c.pk = 1 and c.type = 'integer' collate nocase
  and (select count(*) from pragma_table_xinfo(:table) as k where k.pk > 0) = 1
  and not exists (select 1 from pragma_table_list(:table) as l where l.wr = 1)
-- postgres
select 1 as found where cast(:table as text) is not null and cast(:id as text) is not null
  and '<<id_sql>>' in ('smallint', 'integer', 'bigint')

-- name: artifacts.journaled
-- sqlite
select count(distinct j.artifact_id) as row_count from {journal} as j
where j.artifact_id in (select e.value from json_each(:ids) as e) and j.batch_run_id = :batch_run_id
-- postgres
select count(distinct j.artifact_id) as row_count from {journal} as j
where j.artifact_id = any(array(select r.v from jsonb_array_elements_text(cast(:ids as jsonb)) as r(v)))
  and j.batch_run_id = :batch_run_id

-- name: artifacts.texts
-- sqlite
select <<id_text>> as id, <<metadata_text>> as metadata from {table} as t where <<id_key>> in (select e.value from json_each(:ids) as e)
-- postgres
select <<id_text>> as id, <<metadata_text>> as metadata from {table} as t
where t.{id} = any(array(select cast(r.v as <<id_sql>>) from jsonb_array_elements_text(cast(:ids as jsonb)) as r(v)))
