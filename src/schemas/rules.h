// SPDX-License-Identifier: Apache-2.0
// The rules of the schemas domain: ids, levels and what they mean (docs/rules.md is held against this table by lint).
#pragma once
#include <span>
#include <string_view>

#include "core/finding.h"

namespace holdfast::schemas {

inline constexpr std::string_view kPinUnreadable = "schema.pin_unreadable";
inline constexpr std::string_view kPinMissing = "schema.pin_missing";
inline constexpr std::string_view kPinEdited = "schema.pin_edited";
inline constexpr std::string_view kMissingInRegistry = "schema.missing_in_registry";
inline constexpr std::string_view kNotPinned = "schema.not_pinned";
inline constexpr std::string_view kNotCompared = "schema.not_compared";
inline constexpr std::string_view kDeprecated = "schema.deprecated";
inline constexpr std::string_view kOtherTrack = "schema.other_track";
inline constexpr std::string_view kVersionRegressed = "schema.version_regressed";
inline constexpr std::string_view kChanged = "schema.changed";

// Of the comparer (json_schema/compare_rules.h): what changed, and where. The level of a finding is that of its change's class.
inline constexpr std::string_view kAnnotationChanged = "schema.annotation_changed";
inline constexpr std::string_view kTypeWidened = "schema.type_widened";
inline constexpr std::string_view kTypeNarrowed = "schema.type_narrowed";
inline constexpr std::string_view kTypeReplaced = "schema.type_replaced";
inline constexpr std::string_view kEnumValueAdded = "schema.enum_value_added";
inline constexpr std::string_view kEnumValueRemoved = "schema.enum_value_removed";
inline constexpr std::string_view kEnumSwapped = "schema.enum_swapped";
inline constexpr std::string_view kEnumAdded = "schema.enum_added";
inline constexpr std::string_view kEnumRemoved = "schema.enum_removed";
inline constexpr std::string_view kBoundLoosened = "schema.bound_loosened";
inline constexpr std::string_view kBoundTightened = "schema.bound_tightened";
inline constexpr std::string_view kMultipleLoosened = "schema.multiple_loosened";
inline constexpr std::string_view kMultipleTightened = "schema.multiple_tightened";
inline constexpr std::string_view kMultipleChanged = "schema.multiple_changed";
inline constexpr std::string_view kPatternRemoved = "schema.pattern_removed";
inline constexpr std::string_view kPatternAdded = "schema.pattern_added";
inline constexpr std::string_view kPatternChanged = "schema.pattern_changed";
inline constexpr std::string_view kFormatChanged = "schema.format_changed";
inline constexpr std::string_view kPropertyAdded = "schema.property_added";
inline constexpr std::string_view kPropertyAddedToClosed = "schema.property_added_to_closed";
inline constexpr std::string_view kPropertyRemoved = "schema.property_removed";
inline constexpr std::string_view kRequiredAdded = "schema.required_added";
inline constexpr std::string_view kRequiredRemoved = "schema.required_removed";
inline constexpr std::string_view kRestClosed = "schema.rest_closed";
inline constexpr std::string_view kRestOpened = "schema.rest_opened";
inline constexpr std::string_view kNamesNarrowed = "schema.names_narrowed";
inline constexpr std::string_view kNamesWidened = "schema.names_widened";
inline constexpr std::string_view kDependencyAdded = "schema.dependency_added";
inline constexpr std::string_view kDependencyRemoved = "schema.dependency_removed";
inline constexpr std::string_view kDependencyChanged = "schema.dependency_changed";
inline constexpr std::string_view kContainsAdded = "schema.contains_added";
inline constexpr std::string_view kContainsRemoved = "schema.contains_removed";
inline constexpr std::string_view kContainsLoosened = "schema.contains_loosened";
inline constexpr std::string_view kContainsTightened = "schema.contains_tightened";
inline constexpr std::string_view kUniqueAdded = "schema.unique_added";
inline constexpr std::string_view kUniqueRemoved = "schema.unique_removed";
inline constexpr std::string_view kItemsAdded = "schema.items_added";
inline constexpr std::string_view kItemsRemoved = "schema.items_removed";
inline constexpr std::string_view kTupleChanged = "schema.tuple_changed";
inline constexpr std::string_view kAllOfAdded = "schema.all_of_added";
inline constexpr std::string_view kAllOfRemoved = "schema.all_of_removed";
inline constexpr std::string_view kAnyOfAdded = "schema.any_of_added";
inline constexpr std::string_view kAnyOfRemoved = "schema.any_of_removed";
inline constexpr std::string_view kOneOfAdded = "schema.one_of_added";
inline constexpr std::string_view kOneOfRemoved = "schema.one_of_removed";
inline constexpr std::string_view kAlternativesIntroduced = "schema.alternatives_introduced";
inline constexpr std::string_view kAlternativesDropped = "schema.alternatives_dropped";
inline constexpr std::string_view kNotChanged = "schema.not_changed";
inline constexpr std::string_view kConditionChanged = "schema.condition_changed";
inline constexpr std::string_view kReferenceChanged = "schema.reference_changed";
inline constexpr std::string_view kReplaced = "schema.replaced";

/// All rules, in the order of docs/rules.md. Lives as long as the process.
std::span<const core::Rule> rules();

}  // namespace holdfast::schemas
