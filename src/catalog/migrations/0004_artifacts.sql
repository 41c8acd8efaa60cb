-- SPDX-License-Identifier: Apache-2.0
-- Artifacts: rows (names of source document 002), the journal of every write to their metadata, and the proofs of their files.
-- up
-- sqlite
create table artifacts (
  id text primary key not null,
  artifact_type text not null,
  title text,
  file_path text,
  content_hash text,
  metadata text check (metadata is null or json_valid(metadata)),
  created_at text not null default (strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000Z'),
  updated_at text not null default (strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000Z')
) strict;
-- postgres
create table artifacts (
  id text primary key,
  artifact_type text not null,
  title text,
  file_path text,
  content_hash text,
  metadata jsonb,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
-- any
create index artifacts_order on artifacts (artifact_type, id);
-- What a backfill has left to do. A query uses it when it says exactly `metadata->>'file_sha256_computed_at' is null`.
create index artifacts_unmarked on artifacts (artifact_type, id)
  where (metadata->>'file_sha256_computed_at') is null;
create table artifact_metadata_journal (
-- sqlite
  seq integer primary key autoincrement,
-- postgres
  seq bigint generated always as identity primary key,
-- any
  artifact_id text not null,
  at {time} not null,
  actor text not null,
  batch_run_id text not null,
  operation text not null,
-- sqlite
  old text check (old is null or json_valid(old)),
  new text check (new is null or json_valid(new)),
-- postgres
  old jsonb,
  new jsonb,
-- any
  reason text not null
){strict};
create index artifact_metadata_journal_artifact on artifact_metadata_journal (artifact_id, seq);
-- What was read in full, and when. sha256 and the rest of the proof are null while no reading gave what is recorded; looked_at is the
-- last time the bytes were asked for, whatever came of it.
create table artifact_proof (
  source text not null,
  artifact_id text not null,
  file_path text,
  sha256 text check (length(sha256) = 64),
  size_bytes {bigint},
  device {bigint},
  inode {bigint},
  mtime_ns {bigint},
  ctime_ns {bigint},
  proved_at {time},
  first_proved_at {time},
  looked_at {time} not null,
  primary key (source, artifact_id),
  check ((sha256 is null) = (proved_at is null))
){strict};
create index artifact_proof_age on artifact_proof (source, proved_at);
create index artifact_proof_look on artifact_proof (source, looked_at, artifact_id);
-- down
-- any
drop table artifact_proof;
drop table artifact_metadata_journal;
drop table artifacts;
