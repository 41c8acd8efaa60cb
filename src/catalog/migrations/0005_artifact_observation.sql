-- SPDX-License-Identifier: Apache-2.0
-- The latest observation of every subject of a source of artifacts, for reports that look at nothing again.
-- up
-- any
create table artifact_observation (
  source text not null,
  subject text not null,
  artifact_id text,
  artifact_type text not null,
  verdict text not null check (verdict in ('in_step', 'drifted', 'missing', 'unrecorded', 'unknown')),
  basis text not null,
  observed_at {time} not null,
  proved_at {time},
-- sqlite
  findings text not null check (json_valid(findings)),
-- postgres
  findings text not null check (json_typeof(findings::json) = 'array'),
-- any
  primary key (source, subject)
){strict};
create index artifact_observation_row on artifact_observation (source, artifact_id);
create index artifact_observation_other on artifact_observation (source, subject) where artifact_id is null;
-- down
-- any
drop table artifact_observation;
