-- SPDX-License-Identifier: Apache-2.0
-- Events that a sink did not take and that were set aside, so that those behind them go on. A row is settled once the event was
-- sent after all, or somebody gave it up.
-- up
-- any
create table event_refusal (
  sink text not null,
  seq {bigint} not null,
  refused_at {time} not null,
  reason text not null,
  set_aside_by text not null,
  settled_at {time},
  settlement text,
  settled_by text,
  settled_reason text,
  primary key (sink, seq)
){strict};
create index event_refusal_open on event_refusal (sink, seq) where settled_at is null;
-- down
-- any
drop table event_refusal;
