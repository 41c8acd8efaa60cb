-- SPDX-License-Identifier: Apache-2.0
-- Positions of event sinks: up to which number of the log each was delivered, and which events on the way there were set aside.
-- name: event_sink.add
-- any
insert into event_sink (name, delivered_seq, updated_at) values (:name, 0, :at) on conflict (name) do nothing
-- name: event_sink.position
-- any
select delivered_seq from event_sink where name = :name
-- name: event_sink.move
-- any
update event_sink set delivered_seq = :seq, updated_at = :at where name = :name and delivered_seq = :from returning delivered_seq
-- name: event_refusal.add
-- any
insert into event_refusal (sink, seq, refused_at, reason, set_aside_by) values (:sink, :seq, :at, :reason, :by)
-- name: event_refusal.count
-- any
select count(*) from event_refusal where sink = :sink and settled_at is null
-- name: event_refusal.page
-- any
select r.seq, r.refused_at, r.reason, r.set_aside_by, e.name, e.subject from event_refusal r join event e on e.seq = r.seq
where r.sink = :sink and r.settled_at is null and r.seq > :after order by r.seq limit :limit
-- name: event_refusal.refused_again
-- any
update event_refusal set refused_at = :at, reason = :reason, set_aside_by = :by where sink = :sink and seq = :seq and settled_at is null
-- name: event_refusal.settle
-- any
update event_refusal set settled_at = :at, settlement = :settlement, settled_by = :by, settled_reason = :reason
where sink = :sink and seq = :seq and settled_at is null returning seq
