-- SPDX-License-Identifier: Apache-2.0
-- Positions of event sinks: up to which number of the log each was delivered.
-- name: event_sink.add
-- any
insert into event_sink (name, delivered_seq, updated_at) values (:name, 0, :at) on conflict (name) do nothing
-- name: event_sink.position
-- any
select delivered_seq from event_sink where name = :name
-- name: event_sink.move
-- any
update event_sink set delivered_seq = :seq, updated_at = :at where name = :name and delivered_seq = :from returning delivered_seq
