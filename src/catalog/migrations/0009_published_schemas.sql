-- SPDX-License-Identifier: Apache-2.0
-- Schemas that this workspace publishes (holdfast schemas serve): texts as they were uploaded, the versions of a name that have them, and
-- which compatibility a new version must keep. `revision` is the number of the event that last changed a row.
-- up
-- any
create table schema_content (
  id {serial},
  raw_sha256 text not null,
  seed_sha256 text not null,
  canonical_sha256 text not null,
  size_bytes {bigint} not null,
  content text not null,
  created_at {time} not null
){strict};
create unique index schema_content_raw on schema_content (raw_sha256);
create table published_schema (
  track text not null check (track <> ''),
  name text not null check (name <> ''),
  version text not null check (version <> ''),
  ordinal {bigint} not null check (ordinal > 0),
  content_id {bigint} not null references schema_content (id),
  published_name text not null,
  schema_id text not null,
  deprecated {bigint} not null check (deprecated in (0, 1)),
  deprecation_note text not null,
  x_compat text not null,
  published_by text not null,
  created_at {time} not null,
  updated_at {time} not null,
  revision {bigint} not null,
  primary key (track, name, version)
){strict};
create unique index published_schema_ordinal on published_schema (track, name, ordinal);
create index published_schema_content on published_schema (content_id);
create index published_schema_revision on published_schema (revision);
create table schema_compatibility (
  track text not null,
  name text not null,
  level text not null check (level in ('NONE', 'BACKWARD', 'BACKWARD_TRANSITIVE', 'FORWARD', 'FORWARD_TRANSITIVE', 'FULL',
                                       'FULL_TRANSITIVE')),
  updated_at {time} not null,
  revision {bigint} not null,
  primary key (track, name)
){strict};
create index schema_compatibility_revision on schema_compatibility (revision);
-- down
-- any
drop table schema_compatibility;
drop table published_schema;
drop table schema_content;
