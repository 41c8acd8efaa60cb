-- SPDX-License-Identifier: Apache-2.0
-- Runs of checks and batches, claims on items, and jobs of the service.
-- up
-- any
create table check_run (
  id text primary key,
  name text not null,
  domain text not null,
  started_at {time} not null,
  ended_at {time},
  outcome text not null check (outcome in ('running', 'in_step', 'findings', 'incomplete', 'failed')),
  planned {bigint} not null default 0,
  evaluated {bigint} not null default 0,
  skipped {bigint} not null default 0,
  unreadable {bigint} not null default 0,
  size_bytes_read {bigint} not null default 0,
  notes {bigint} not null default 0,
  warnings {bigint} not null default 0,
  errors {bigint} not null default 0,
  waived {bigint} not null default 0,
-- sqlite
  detail text not null default '{}' check (json_valid(detail))
-- postgres
  detail text not null default '{}' check (json_typeof(detail::json) = 'object')
-- any
){strict};
create index check_run_started on check_run (started_at);
create table batch_run (
  id text primary key,
  operation text not null,
  target text not null,
  owner text not null,
  started_at {time} not null,
  updated_at {time} not null,
  ended_at {time},
  outcome text not null check (outcome in ('running', 'done', 'cancelled', 'failed', 'refused', 'abandoned')),
-- sqlite
  cursor text not null default '{}' check (json_valid(cursor)),
  summary text not null default '{}' check (json_valid(summary))
-- postgres
  cursor text not null default '{}' check (json_typeof(cursor::json) is not null),
  summary text not null default '{}' check (json_typeof(summary::json) is not null)
-- any
){strict};
create index batch_run_operation on batch_run (operation, started_at);
create index batch_run_running on batch_run (owner) where outcome = 'running';
create table claim (
  resource text not null,
  key text not null,
  owner text not null,
  taken_at {time} not null,
  lease_until {time} not null,
  primary key (resource, key)
){strict};
create index claim_owner on claim (resource, owner);
create table job (
  id {serial},
  kind text not null,
-- sqlite
  body text not null check (json_valid(body)),
  result text check (result is null or json_valid(result)),
-- postgres
  body jsonb not null,
  result jsonb,
-- any
  state text not null default 'queued' check (state in ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
  dedup_key text,
  parent_id {bigint} references job (id),
  attempt {bigint} not null default 0,
  attempt_limit {bigint} not null default 5,
  error text not null default '',
  worker text not null default '',
  fence {bigint} not null default 0,
  lease_until {time},
  run_after {time} not null,
  cancel_requested_at {time},
  created_at {time} not null,
  started_at {time},
  ended_at {time}
){strict};
create index job_ready on job (run_after, id) where state = 'queued';
create index job_lease on job (lease_until) where state = 'running';
create index job_parent on job (parent_id) where parent_id is not null;
create unique index job_active on job (dedup_key) where state in ('queued', 'running');
-- down
-- any
drop table job;
drop table claim;
drop table batch_run;
drop table check_run;
