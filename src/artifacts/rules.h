// SPDX-License-Identifier: Apache-2.0
// The rules of the artifacts domain: ids, levels and what they mean (docs/rules.md is held against
// this table by lint).
#pragma once
#include <span>
#include <string_view>

#include "core/finding.h"

namespace holdfast::artifacts {

inline constexpr std::string_view kChangedWithoutWrite = "artifact.changed_without_write";
inline constexpr std::string_view kReplaced = "artifact.replaced";
inline constexpr std::string_view kModified = "artifact.modified";
inline constexpr std::string_view kMissing = "artifact.missing";
inline constexpr std::string_view kUnreadable = "artifact.unreadable";
inline constexpr std::string_view kEscapesRoot = "artifact.escapes_root";
inline constexpr std::string_view kNotAFile = "artifact.not_a_file";
inline constexpr std::string_view kWrongSize = "artifact.wrong_size";
inline constexpr std::string_view kInvalidRecord = "artifact.invalid_record";
inline constexpr std::string_view kUnstable = "artifact.unstable";
inline constexpr std::string_view kUnhashed = "artifact.unhashed";
inline constexpr std::string_view kNoFile = "artifact.no_file";
inline constexpr std::string_view kUnrecordedFile = "artifact.unrecorded_file";
// What a look that reads no bytes, or too few of them, has to say (docs/decisions/0071).
inline constexpr std::string_view kIdentityChanged = "artifact.identity_changed";
inline constexpr std::string_view kNeverProved = "artifact.never_proved";
inline constexpr std::string_view kProofTooOld = "artifact.proof_too_old";
inline constexpr std::string_view kProofInFuture = "artifact.proof_in_future";
inline constexpr std::string_view kScrubPromiseBroken = "artifact.scrub_promise_broken";

/// All rules, in the order of docs/rules.md. Lives as long as the process.
std::span<const core::Rule> rules();

}  // namespace holdfast::artifacts
