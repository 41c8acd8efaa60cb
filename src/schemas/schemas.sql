-- SPDX-License-Identifier: Apache-2.0
-- Episodes of drift, and how registries answered. Times are RFC 3339 text, whose order is that of time.

-- name: schema_episode.open_of
-- any
select id, schema_name, status, class, worst_class, local_version, registry_version, local_sha256, registry_sha256, opened_at
from schema_drift_episode where section = :section and closed_at is null
-- name: schema_episode.insert
-- sqlite
insert into schema_drift_episode (section, schema_name, subject, registry, track, status, class, worst_class, local_version,
                                  registry_version, local_sha256, registry_sha256, opened_at, last_seen_at, looks)
select :section, value->>'schema_name', value->>'subject', :registry, :track, value->>'status', value->>'class', value->>'class',
       value->>'local_version', value->>'registry_version', value->>'local_sha256', value->>'registry_sha256', :at, :at, 1
from json_each(:rows)
-- postgres
insert into schema_drift_episode (section, schema_name, subject, registry, track, status, class, worst_class, local_version,
                                  registry_version, local_sha256, registry_sha256, opened_at, last_seen_at, looks)
select :section, schema_name, subject, :registry, :track, status, class, class, local_version, registry_version, local_sha256,
       registry_sha256, :at, :at, 1
from jsonb_to_recordset(:rows::jsonb) as r(schema_name text, subject text, status text, class text, local_version text,
     registry_version text, local_sha256 text, registry_sha256 text)
-- name: schema_episode.update
-- sqlite
update schema_drift_episode set status = r.status, class = r.class, worst_class = r.worst_class, local_version = r.local_version,
       registry_version = r.registry_version, local_sha256 = r.local_sha256, registry_sha256 = r.registry_sha256,
       last_seen_at = :at, looks = looks + 1
from (select value->>'id' as id, value->>'status' as status, value->>'class' as class, value->>'worst_class' as worst_class,
             value->>'local_version' as local_version, value->>'registry_version' as registry_version,
             value->>'local_sha256' as local_sha256, value->>'registry_sha256' as registry_sha256
      from json_each(:rows)) as r
where schema_drift_episode.id = r.id
-- postgres
update schema_drift_episode set status = r.status, class = r.class, worst_class = r.worst_class, local_version = r.local_version,
       registry_version = r.registry_version, local_sha256 = r.local_sha256, registry_sha256 = r.registry_sha256,
       last_seen_at = :at, looks = looks + 1
from jsonb_to_recordset(:rows::jsonb) as r(id bigint, status text, class text, worst_class text, local_version text,
     registry_version text, local_sha256 text, registry_sha256 text)
where schema_drift_episode.id = r.id
-- name: schema_episode.close
-- sqlite
update schema_drift_episode set closed_at = :at, last_seen_at = :at
where id in (select value->>'id' from json_each(:rows))
-- postgres
update schema_drift_episode set closed_at = :at, last_seen_at = :at
where id in (select id from jsonb_to_recordset(:rows::jsonb) as r(id bigint))
-- name: schema_episode.list
-- any
select id, section, schema_name, subject, registry, track, status, class, worst_class, local_version, registry_version, local_sha256,
       registry_sha256, opened_at, last_seen_at, closed_at, looks
from schema_drift_episode
where (cast(:section as text) is null or section = cast(:section as text))
  and (cast(:schema_name as text) is null or schema_name = cast(:schema_name as text))
  and (cast(:open_only as bigint) = 0 or closed_at is null)
order by opened_at desc, id desc limit :limit

-- name: schema_registry.find
-- any
select is_up, since, looked_at, problem, registry from schema_registry_state where section = :section
-- name: schema_registry.save
-- any
insert into schema_registry_state (section, registry, is_up, since, looked_at, problem)
values (:section, :registry, :is_up, :since, :at, :problem)
on conflict (section) do update
set registry = excluded.registry, is_up = excluded.is_up, since = excluded.since, looked_at = excluded.looked_at,
    problem = excluded.problem

-- name: schema_check_state.save
-- any
insert into schema_check_state (section, completed_at, compared, index_at, schemas)
values (:section, :completed_at, :compared, :index_at, :schemas)
on conflict (section) do update
set completed_at = coalesce(excluded.completed_at, schema_check_state.completed_at), compared = excluded.compared,
    index_at = coalesce(excluded.index_at, schema_check_state.index_at),
    schemas = case when excluded.schemas = '[]' then schema_check_state.schemas else excluded.schemas end
-- name: schema_check_state.find
-- any
select completed_at, compared, index_at, schemas from schema_check_state where section = :section
-- name: schema_metrics.episodes
-- any
select schema_name, count(*), count(closed_at), cast(sum(looks) as bigint), max(last_seen_at)
from schema_drift_episode where section = :section group by schema_name order by schema_name
