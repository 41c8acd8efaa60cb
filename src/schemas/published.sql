-- SPDX-License-Identifier: Apache-2.0
-- Published schemas: versions, their contents, and compatibility levels. The columns of a version come in one order everywhere.

-- name: published.of_name
-- any
select p.track, p.name, p.version, p.ordinal, p.content_id, p.published_name, p.schema_id, p.deprecated, p.deprecation_note,
       p.x_compat, p.published_by, p.created_at, p.updated_at, p.revision, c.raw_sha256, c.seed_sha256, c.canonical_sha256, c.size_bytes
from published_schema p join schema_content c on c.id = p.content_id
where p.track = :track and p.name = :name order by p.ordinal
-- name: published.changed_since
-- any
select p.track, p.name, p.version, p.ordinal, p.content_id, p.published_name, p.schema_id, p.deprecated, p.deprecation_note,
       p.x_compat, p.published_by, p.created_at, p.updated_at, p.revision, c.raw_sha256, c.seed_sha256, c.canonical_sha256, c.size_bytes
from published_schema p join schema_content c on c.id = p.content_id
where p.revision > :revision order by p.revision limit :limit
-- name: published.insert
-- any
insert into published_schema (track, name, version, ordinal, content_id, published_name, schema_id, deprecated, deprecation_note,
                              x_compat, published_by, created_at, updated_at, revision)
values (:track, :name, :version, :ordinal, :content_id, :published_name, :schema_id, :deprecated, :deprecation_note, :x_compat,
        :published_by, :at, :at, :revision)
-- name: published.deprecate
-- any
update published_schema
set deprecated = :deprecated, deprecation_note = :deprecation_note, updated_at = :at, revision = :revision
where track = :track and name = :name and version = :version

-- name: published.content_of
-- any
select content, raw_sha256 from schema_content where id = :id
-- name: published.content_known
-- any
select id from schema_content where raw_sha256 = :raw_sha256
-- name: published.content_insert
-- any
insert into schema_content (raw_sha256, seed_sha256, canonical_sha256, size_bytes, content, created_at)
values (:raw_sha256, :seed_sha256, :canonical_sha256, :size_bytes, :content, :at)
returning id

-- name: published.level_of
-- any
select level from schema_compatibility where track = :track and name = :name
-- name: published.level_set
-- any
insert into schema_compatibility (track, name, level, updated_at, revision) values (:track, :name, :level, :at, :revision)
on conflict (track, name) do update set level = excluded.level, updated_at = excluded.updated_at, revision = excluded.revision
-- name: published.levels_since
-- any
select track, name, level, revision from schema_compatibility where revision > :revision order by revision limit :limit
