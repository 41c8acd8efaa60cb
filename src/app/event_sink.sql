-- SPDX-License-Identifier: Apache-2.0
-- Positions of event sinks. `lock` both makes the row's transaction the only one and says when the sink was last served.
-- name: event_sink.add
-- any
insert into event_sink (name, delivered_seq, updated_at) values (:name, 0, :at) on conflict (name) do nothing
-- name: event_sink.lock
-- any
update event_sink set updated_at = :at where name = :name
-- name: event_sink.position
-- any
select delivered_seq from event_sink where name = :name
-- name: event_sink.move
-- any
update event_sink set delivered_seq = :seq where name = :name
