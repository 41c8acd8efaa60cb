-- SPDX-License-Identifier: Apache-2.0
-- Corrections of the catalog's own rows (migration 0004_artifacts). A user's table never sees these.

-- name: own_row.move
-- sqlite
update artifacts set file_path = :path, updated_at = :at where id = :id and file_path is :old_path
-- postgres
update artifacts set file_path = cast(:path as text), updated_at = cast(cast(:at as text) as timestamptz)
where id = :id and file_path is not distinct from cast(:old_path as text)

-- The whole row, so that the journal can give it back.
-- name: own_row.whole
-- sqlite
select json_object('artifact_type', artifact_type, 'title', title, 'file_path', file_path, 'content_hash', content_hash,
                   'metadata', json(metadata)) as whole
from artifacts where id = :id
-- postgres
select cast(jsonb_build_object('artifact_type', artifact_type, 'title', title, 'file_path', file_path,
                               'content_hash', content_hash, 'metadata', metadata) as text) as whole
from artifacts where id = :id
for update

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
