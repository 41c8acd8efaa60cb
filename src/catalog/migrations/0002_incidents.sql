-- SPDX-License-Identifier: Apache-2.0
-- Incidents and waivers.
-- up
-- any
create table incident (
  id {serial},
  subject text not null,
  domain text not null,
  verdict text not null check (verdict in ('in_step', 'drifted', 'missing', 'unrecorded', 'unknown')),
  level text not null check (level in ('note', 'warning', 'error')),
  opened_at {time} not null,
  last_seen_at {time} not null,
  resolved_at {time},
  opened_by_run text not null,
  resolved_by_run text not null default '',
-- sqlite
  findings text not null check (json_valid(findings))
-- postgres
  findings text not null check (json_typeof(findings::json) = 'array')
-- any
){strict};
create unique index incident_open on incident (subject) where resolved_at is null;
create index incident_open_domain on incident (domain, subject) where resolved_at is null;
create index incident_subject on incident (subject, id);
create table waiver (
  id {serial},
  subject text not null,
  rule text not null,
  recorded text not null,
  observed text not null,
  owner text not null check (owner <> ''),
  reason text not null check (reason <> ''),
  created_at {time} not null,
  expires_at {time} not null,
  revoked_at {time}
){strict};
create index waiver_subject on waiver (subject, rule);
create index waiver_expiry on waiver (expires_at) where revoked_at is null;
-- down
-- any
drop table waiver;
drop table incident;
