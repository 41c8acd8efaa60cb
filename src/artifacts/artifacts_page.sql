-- SPDX-License-Identifier: Apache-2.0
-- Pages in the order (artifact_type, id), once for every selection, so that each has a plan of its own. Which rows are selected
-- is the expression `selection`; where the database can't tell (json and text on PostgreSQL, whose casts fail on what is no JSON), it lets more
-- through and artifact_table.cpp tells.

-- name: artifacts.page_first_<<selection_name>>
-- sqlite
select <<id_text>> as id, <<type_text>> as type, <<title_text>> as title, <<path_text>> as path, <<misfit>> as misfit,
  <<record>>
from {table} as t
where <<selection>> and (:types = '[]' or <<type_text>> in (select e.value from json_each(:types) as e))
order by <<type_key>>, <<id_key>>
limit :limit
-- postgres
select <<id_text>> as id, <<type_text>> as type, <<title_text>> as title, <<path_text>> as path, <<misfit>> as misfit,
  <<record>>
from {table} as t
where <<selection>>
  and (cast(:types as text) = '[]' or <<type_text>> in (select r.v from jsonb_array_elements_text(cast(cast(:types as text) as jsonb)) as r(v)))
order by <<type_key>>, <<id_key>>
limit :limit

-- name: artifacts.page_after_<<selection_name>>
-- sqlite
select <<id_text>> as id, <<type_text>> as type, <<title_text>> as title, <<path_text>> as path, <<misfit>> as misfit,
  <<record>>
from {table} as t
where <<selection>> and (:types = '[]' or <<type_text>> in (select e.value from json_each(:types) as e))
  and (<<type_key>>, <<id_key>>) > (:after_type, :after_id)
order by <<type_key>>, <<id_key>>
limit :limit
-- postgres
select <<id_text>> as id, <<type_text>> as type, <<title_text>> as title, <<path_text>> as path, <<misfit>> as misfit,
  <<record>>
from {table} as t
where <<selection>>
  and (cast(:types as text) = '[]' or <<type_text>> in (select r.v from jsonb_array_elements_text(cast(cast(:types as text) as jsonb)) as r(v)))
  and (<<type_key>>, <<id_key>>) > (cast(:after_type as <<type_sql>>), cast(:after_id as <<id_sql>>))
order by <<type_key>>, <<id_key>>
limit :limit

-- name: artifacts.count_<<selection_name>>
-- sqlite
select count(*) as row_count from {table} as t
where <<selection>> and (:types = '[]' or <<type_text>> in (select e.value from json_each(:types) as e))
-- postgres
select count(*) as row_count from {table} as t
where <<selection>>
  and (cast(:types as text) = '[]' or <<type_text>> in (select r.v from jsonb_array_elements_text(cast(cast(:types as text) as jsonb)) as r(v)))
