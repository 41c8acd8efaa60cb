-- SPDX-License-Identifier: Apache-2.0
-- How far each sink of the event log has been delivered to.
-- up
-- any
create table event_sink (
  name text primary key not null,
  delivered_seq {bigint} not null default 0,
  updated_at {time} not null
){strict};
-- down
-- any
drop table event_sink;
