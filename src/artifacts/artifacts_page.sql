-- SPDX-License-Identifier: Apache-2.0
-- Pages in the order (artifact_type, id), once for every selection, so that each has a plan of its own. Which rows are selected
-- is the expression `selection`; where the database can't tell (json and text on PostgreSQL, whose casts fail on what is no JSON), it lets more
-- through and artifact_table.cpp tells.

-- name: artifacts.page_first_<<selection_name>>
-- sqlite
select <<id_text>> as id, <<type_text>> as type, <<title_text>> as title, <<path_text>> as path, <<record>>
from {table} as t
where <<selection>> and (:types = '[]' or <<type_text>> in (select value from json_each(:types)))
order by <<type_key>>, <<id_key>>
limit :limit
-- postgres
select <<id_text>> as id, <<type_text>> as type, <<title_text>> as title, <<path_text>> as path, <<record>>
from {table} as t
where <<selection>>
  and (cast(:types as text) = '[]' or <<type_text>> in (select jsonb_array_elements_text(cast(cast(:types as text) as jsonb))))
order by <<type_key>>, <<id_key>>
limit :limit

-- name: artifacts.page_after_<<selection_name>>
-- sqlite
select <<id_text>> as id, <<type_text>> as type, <<title_text>> as title, <<path_text>> as path, <<record>>
from {table} as t
where <<selection>> and (:types = '[]' or <<type_text>> in (select value from json_each(:types)))
  and (<<type_key>>, <<id_key>>) > (:after_type, :after_id)
order by <<type_key>>, <<id_key>>
limit :limit
-- postgres
select <<id_text>> as id, <<type_text>> as type, <<title_text>> as title, <<path_text>> as path, <<record>>
from {table} as t
where <<selection>>
  and (cast(:types as text) = '[]' or <<type_text>> in (select jsonb_array_elements_text(cast(cast(:types as text) as jsonb))))
  and (<<type_key>>, <<id_key>>) > (cast(:after_type as <<type_sql>>), cast(:after_id as <<id_sql>>))
order by <<type_key>>, <<id_key>>
limit :limit

-- name: artifacts.count_<<selection_name>>
-- sqlite
select count(*) as row_count from {table} as t
where <<selection>> and (:types = '[]' or <<type_text>> in (select value from json_each(:types)))
-- postgres
select count(*) as row_count from {table} as t
where <<selection>>
  and (cast(:types as text) = '[]' or <<type_text>> in (select jsonb_array_elements_text(cast(cast(:types as text) as jsonb))))
