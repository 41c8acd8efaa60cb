-- SPDX-License-Identifier: Apache-2.0
-- What a backfill has left to do: rows without the marker, and those that have one and no hash. A query uses the index when it says
-- exactly `((metadata->>'file_sha256_computed_at') is null or (metadata->>'file_sha256') is null)`.
-- up
-- any
drop index artifacts_unmarked;
create index artifacts_unmarked on artifacts (artifact_type, id)
  where (metadata->>'file_sha256_computed_at') is null or (metadata->>'file_sha256') is null;
-- down
-- any
drop index artifacts_unmarked;
create index artifacts_unmarked on artifacts (artifact_type, id)
  where (metadata->>'file_sha256_computed_at') is null;
