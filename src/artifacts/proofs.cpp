// SPDX-License-Identifier: Apache-2.0
// Reads and writes `artifact_proof` in bulk.
#include "artifacts/proofs.h"

#include <bit>
#include <utility>

#include "artifacts/proof_statements.h"
#include "artifacts/statements.h"
#include "catalog/stored.h"
#include "core/canonical_json.h"

namespace holdfast::artifacts {
namespace {

/// The 64 bits of a device or inode number, as the databases' signed integers can keep them.
std::int64_t to_stored(std::uint64_t value) {
  return std::bit_cast<std::int64_t>(value);
}
std::uint64_t from_stored(std::int64_t value) {
  return std::bit_cast<std::uint64_t>(value);
}

Result<Proof> read_proof(const sql::Rows& rows, std::size_t i) {
  Proof proof;
  proof.artifact_id = rows.text(i, 0);
  proof.path = rows.text(i, 1);
  const auto digest = core::parse_sha256(rows.text(i, 2));
  if (!digest) {
    return Error(Code::corrupt, "the proof of artifact '" + proof.artifact_id + "' holds '" +
                                    rows.text(i, 2) + "', which is no SHA-256");
  }
  proof.digest = *digest;
  proof.identity.size_bytes = from_stored(rows.integer(i, 3));
  proof.identity.device = from_stored(rows.integer(i, 4));
  proof.identity.inode = from_stored(rows.integer(i, 5));
  proof.identity.mtime_ns = rows.integer(i, 6);
  proof.identity.ctime_ns = rows.integer(i, 7);
  TRY_ASSIGN(proof.proved_at, catalog::stored_time(rows, i, 8));
  TRY_ASSIGN(proof.first_proved_at, catalog::stored_time(rows, i, 9));
  TRY_ASSIGN(proof.looked_at, catalog::stored_time(rows, i, 10));
  return proof;
}

Result<std::vector<Look>> read_looks(const sql::Rows& rows) {
  std::vector<Look> looks;
  looks.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    Look look;
    look.artifact_id = rows.text(i, 0);
    TRY_ASSIGN(look.looked_at, catalog::stored_time(rows, i, 1));
    TRY_ASSIGN(look.proved_at, catalog::stored_optional_time(rows, i, 2));
    look.size_bytes = from_stored(rows.integer(i, 3));
    looks.push_back(std::move(look));
  }
  return looks;
}

}  // namespace

std::string kept_text(std::string_view text) {
  return core::is_utf8(text) ? std::string(text) : printable_path(text);
}

bool is_in_future(Timestamp stored, Timestamp now) {
  return stored.ns - now.ns > std::chrono::nanoseconds(kClockSlack).count();
}

bool is_contradicted(const Proof& proof) {
  return proof.looked_at.ns != proof.proved_at.ns;
}

Status know_proof_statements(catalog::Catalog& catalog) {
  return catalog.connection().learn(proof_statements().front().text);
}

Status save_proofs(catalog::Catalog& catalog, std::string_view source,
                   std::span<const Proof> proofs) {
  if (proofs.empty()) return {};
  TRY(know_proof_statements(catalog));
  sql::JsonRows rows;
  for (const Proof& proof : proofs) {
    rows.begin_row();
    rows.add("artifact_id", proof.artifact_id);
    rows.add("file_path", proof.path);
    rows.add("sha256", core::to_hex(proof.digest));
    rows.add("size_bytes", to_stored(proof.identity.size_bytes));
    rows.add("device", to_stored(proof.identity.device));
    rows.add("inode", to_stored(proof.identity.inode));
    rows.add("mtime_ns", proof.identity.mtime_ns);
    rows.add("ctime_ns", proof.identity.ctime_ns);
    rows.add("proved_at", format_rfc3339(proof.proved_at));
  }
  return catalog::in_transaction(catalog.connection(), [&]() -> Status {
    TRY(catalog.connection().run("artifact_proof.save",
                                 {{"source", std::string(source)},
                                  {"rows", rows.take()},
                                  {"now", format_rfc3339(catalog.clock().now())}}));
    return {};
  });
}

Result<std::vector<Proof>> load_proofs(catalog::Catalog& catalog, std::string_view source,
                                       std::span<const std::string> artifact_ids) {
  std::vector<Proof> proofs;
  if (artifact_ids.empty()) return proofs;
  TRY(know_proof_statements(catalog));
  TRY_ASSIGN(const auto rows,
             catalog.connection().run("artifact_proof.load",
                                      {{"source", std::string(source)},
                                       {"ids", catalog::text_rows("artifact_id", artifact_ids)}}));
  proofs.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    TRY_ASSIGN(auto proof, read_proof(rows, i));
    proofs.push_back(std::move(proof));
  }
  return proofs;
}

Status save_looks(catalog::Catalog& catalog, std::string_view source, std::span<const Look> looks) {
  if (looks.empty()) return {};
  TRY(know_proof_statements(catalog));
  sql::JsonRows rows;
  for (const Look& look : looks) {
    rows.begin_row();
    rows.add("artifact_id", look.artifact_id);
    rows.add("looked_at", format_rfc3339(look.looked_at));
  }
  return catalog::in_transaction(catalog.connection(), [&]() -> Status {
    TRY(catalog.connection().run("artifact_proof.look",
                                 {{"source", std::string(source)},
                                  {"rows", rows.take()},
                                  {"now", format_rfc3339(catalog.clock().now())}}));
    return {};
  });
}

Result<std::vector<Look>> load_looks(catalog::Catalog& catalog, std::string_view source,
                                     std::span<const std::string> artifact_ids) {
  if (artifact_ids.empty()) return std::vector<Look>();
  TRY(know_proof_statements(catalog));
  TRY_ASSIGN(const auto rows,
             catalog.connection().run("artifact_proof.looks",
                                      {{"source", std::string(source)},
                                       {"ids", catalog::text_rows("artifact_id", artifact_ids)}}));
  return read_looks(rows);
}

Result<std::vector<Look>> oldest_looks(catalog::Catalog& catalog, std::string_view source,
                                       const std::optional<Look>& after, std::int64_t limit) {
  TRY(know_proof_statements(catalog));
  TRY_ASSIGN(const auto rows,
             catalog.connection().run(
                 "artifact_proof.oldest",
                 {{"source", std::string(source)},
                  {"looked_at", after ? format_rfc3339(after->looked_at) : std::string()},
                  {"artifact_id", after ? after->artifact_id : std::string()},
                  {"limit", limit}}));
  return read_looks(rows);
}

Status forget_proofs(catalog::Catalog& catalog, std::string_view source,
                     std::span<const std::string> artifact_ids) {
  if (artifact_ids.empty()) return {};
  TRY(know_proof_statements(catalog));
  return catalog::in_transaction(catalog.connection(), [&]() -> Status {
    TRY(catalog.connection().run("artifact_proof.forget",
                                 {{"source", std::string(source)},
                                  {"ids", catalog::text_rows("artifact_id", artifact_ids)}}));
    return {};
  });
}

}  // namespace holdfast::artifacts
