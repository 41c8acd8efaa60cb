// SPDX-License-Identifier: Apache-2.0
// The rules of the extract domain: ids, levels and what they mean (docs/rules.md is held against this table by lint).
#pragma once
#include <span>
#include <string_view>

#include "core/finding.h"

namespace holdfast::extract {

inline constexpr std::string_view kRowsMissing = "extract.rows_missing";
inline constexpr std::string_view kRowsRepeated = "extract.rows_repeated";
inline constexpr std::string_view kRowsUnclaimed = "extract.rows_unclaimed";
inline constexpr std::string_view kRowsWithoutKey = "extract.rows_without_key";
inline constexpr std::string_view kUnknownItems = "extract.unknown_items";
inline constexpr std::string_view kOutputUnreadable = "extract.output_unreadable";
inline constexpr std::string_view kOutputNotRead = "extract.output_not_read";
inline constexpr std::string_view kOutputDamaged = "extract.output_damaged";
inline constexpr std::string_view kPagesUnchecked = "extract.pages_unchecked";
inline constexpr std::string_view kPagesNotDecoded = "extract.pages_not_decoded";
inline constexpr std::string_view kRowsChanged = "extract.rows_changed";
inline constexpr std::string_view kRowsNotCompared = "extract.rows_not_compared";
inline constexpr std::string_view kItemsUnreadable = "extract.items_unreadable";
inline constexpr std::string_view kStagingMalformed = "extract.staging_malformed";
inline constexpr std::string_view kLedgerMalformed = "extract.ledger_malformed";
inline constexpr std::string_view kStagedTwice = "extract.staged_twice";
inline constexpr std::string_view kStagedUnclaimed = "extract.staged_unclaimed";
inline constexpr std::string_view kClaimedTwice = "extract.claimed_twice";
inline constexpr std::string_view kUnpublished = "extract.unpublished";
inline constexpr std::string_view kPending = "extract.pending";
inline constexpr std::string_view kNothingThere = "extract.nothing_there";
inline constexpr std::string_view kUnmergedShards = "extract.unmerged_shards";

/// All rules, in the order of docs/rules.md. Lives as long as the process.
std::span<const core::Rule> rules();

}  // namespace holdfast::extract
