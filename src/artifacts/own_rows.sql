-- SPDX-License-Identifier: Apache-2.0
-- Corrections of the catalog's own rows (migration 0004_artifacts). A user's table never sees these.

-- Held until the transaction ends; on SQLite the transaction itself does that.
-- name: own_row.hold
-- sqlite
select artifact_type, title, file_path, content_hash, metadata, created_at, updated_at from artifacts where id = :id
-- postgres
select artifact_type, title, file_path, content_hash, cast(metadata as text) as metadata, cast(created_at as text) as created_at,
  cast(updated_at as text) as updated_at
from artifacts where id = :id
for update

-- name: own_row.others_at_path
-- any
select id, artifact_type from artifacts where file_path = :path and id <> :id order by id

-- name: own_row.move
-- sqlite
update artifacts set file_path = :path, updated_at = :at where id = :id
-- postgres
update artifacts set file_path = cast(:path as text), updated_at = cast(cast(:at as text) as timestamptz) where id = :id

-- name: own_row.remove
-- any
delete from artifacts where id = :id

-- name: own_row.journal
-- sqlite
insert into artifact_metadata_journal (artifact_id, at, actor, batch_run_id, operation, old, new, reason)
values (:id, :at, :actor, :run_id, :operation, :old, :new, :reason)
-- postgres
insert into artifact_metadata_journal (artifact_id, at, actor, batch_run_id, operation, old, new, reason)
values (:id, cast(cast(:at as text) as timestamptz), :actor, :run_id, :operation, cast(cast(:old as text) as jsonb),
        cast(cast(:new as text) as jsonb), :reason)
