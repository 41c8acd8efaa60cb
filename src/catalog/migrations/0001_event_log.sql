-- SPDX-License-Identifier: Apache-2.0
-- The event log: append-only and chained. docs/formats/event-log.md says what is hashed.
-- up
-- any
create table event (
  seq {bigint} primary key,
  at {time} not null,
  name text not null,
  subject text not null,
  level text not null check (level in ('note', 'warning', 'error')),
-- sqlite
  fields text not null check (json_valid(fields)),
-- postgres
  fields text not null check (json_typeof(fields::json) = 'object'),
-- any
  actor text not null,
  run_id text not null,
  dedup_key text unique,
  leaf_hash text not null check (length(leaf_hash) = 64),
  chain_hash text not null check (length(chain_hash) = 64)
){strict};
create index event_subject on event (subject, seq);
create index event_run on event (run_id, seq);
-- One row: the end of the chain. Whoever appends holds its lock, so that numbers have no gap and come in commit order.
create table event_head (
  id {bigint} primary key check (id = 1),
  seq {bigint} not null,
  chain_hash text not null check (length(chain_hash) = 64)
){strict};
insert into event_head (id, seq, chain_hash)
values (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');
-- down
-- any
drop table event_head;
drop table event;
