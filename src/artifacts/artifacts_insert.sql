-- SPDX-License-Identifier: Apache-2.0
-- New rows, for imports.

-- name: artifacts.insert
-- sqlite
insert into {table} (<<insert_columns>>)
select <<insert_values>> from json_each(:rows) as e
order by e.key
-- postgres
insert into {table} (<<insert_columns>>)
select <<insert_values>>
from jsonb_to_recordset(cast(:rows as jsonb)) as r(n bigint, id text, type text, title text, path text, metadata text)
order by r.n
