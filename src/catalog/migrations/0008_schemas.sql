-- SPDX-License-Identifier: Apache-2.0
-- Drift of pinned schemas: one episode from the first look that saw a schema differ to the look that saw it in step again, and how
-- each registry answered. The start of an episode is kept here, so that no restart makes a drift younger than it is.
-- up
-- any
create table schema_drift_episode (
  id {serial},
  section text not null,
  schema_name text not null,
  subject text not null,
  registry text not null,
  track text not null,
  status text not null,
  class text not null,
  worst_class text not null,
  local_version text not null,
  registry_version text not null,
  local_sha256 text not null,
  registry_sha256 text not null,
  opened_at {time} not null,
  last_seen_at {time} not null,
  closed_at {time},
  looks {bigint} not null
){strict};
create unique index schema_drift_episode_open on schema_drift_episode (section, schema_name) where closed_at is null;
create index schema_drift_episode_schema on schema_drift_episode (section, schema_name, opened_at);
create table schema_registry_state (
  section text primary key not null,
  registry text not null,
  is_up {bigint} not null,
  since {time} not null,
  looked_at {time} not null,
  problem text not null
){strict};
-- What the last look at a section says of it as a whole; `schemas` is a JSON array of their names.
create table schema_check_state (
  section text primary key not null,
  completed_at {time},
  compared {bigint} not null,
  index_at {time},
  schemas text not null
){strict};
-- down
-- any
drop table schema_check_state;
drop table schema_registry_state;
drop table schema_drift_episode;
