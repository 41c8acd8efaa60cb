// SPDX-License-Identifier: Apache-2.0
#include "schemas/rules.h"

namespace holdfast::schemas {
namespace {

using core::Level;

constexpr core::Rule kRules[] = {
    {kPinUnreadable, Level::error, "A pinned file is no schema.",
     "It is not JSON that everybody reads alike (a byte-order mark, a key twice, NaN, cut off), or "
     "its references lead nowhere; the "
     "message names the kind and the place. Whoever validates with it fails or validates nothing. "
     "'holdfast schemas fetch --force' "
     "restores it from the registry and keeps what was there."},
    {kPinMissing, Level::error, "A schema that should be pinned is not.",
     "The lock file or 'critical' names it, and the folder has no file of that name. 'holdfast "
     "schemas fetch' brings it back."},
    {kPinEdited, Level::warning, "A pin was changed since it was fetched.",
     "Its bytes are not those that the lock file recorded: somebody edited it by hand, or it was "
     "damaged. Nobody else has this schema. While the registry has what was fetched, "
     "'holdfast schemas fetch --force' restores it and keeps a backup of what was there."},
    {kMissingInRegistry, Level::error, "The registry does not have a pinned schema.",
     "It was removed or renamed there, or the registry or track is another one. The pin is "
     "untouched. Ask who publishes it; take the "
     "pin out once it is gone for good."},
    {kOtherTrack, Level::warning, "A pin was fetched from another track than the check asks for.",
     "The lock file, or the stamp in a pin without one, names another track. Schemas that happen "
     "to "
     "be the same on both say nothing of those that are not. Check the track that the pins are of, "
     "or fetch this one into a folder of its own."},
    {kVersionRegressed, Level::warning, "The registry has an older version than the pin.",
     "A release was taken back, or a registry was restored from an old copy. The pin may be right "
     "(scenario C): ask before fetching."},
    {kDeprecated, Level::note, "The registry calls a pinned schema deprecated.",
     "It still is what is pinned. The message has what the registry says of a successor."},
    {kNotPinned, Level::note, "The registry publishes a schema that is not pinned.",
     "Reported where 'all = true' asks for it. 'holdfast schemas fetch --schemas NAME' pins it."},
    {kNotCompared, Level::note, "A pin could not be held against the registry's schema.",
     "What the registry has is no schema, or not what it says it is; the message names the kind. "
     "The verdict is unknown, never in step, "
     "and the check is incomplete (exit 3). What an earlier check found at this schema still "
     "holds."},
    {kChanged, Level::error, "The registry's schema is another one than the pin.",
     "What the change means could not be told. Compare the two with 'holdfast schemas diff', and "
     "treat it as breaking until then."},
    {kAnnotationChanged, Level::note, "An annotation changed.",
     "Titles, descriptions, examples, defaults and the like say nothing of documents: every "
     "document is valid before and after alike."},
    {kTypeWidened, Level::error, "More types are allowed.",
     "Readers of the old schema meet values they do not know."},
    {kTypeNarrowed, Level::error, "Fewer types are allowed.",
     "Documents that were valid are so no more."},
    {kTypeReplaced, Level::error, "Other types are allowed.",
     "No document of the one is one of the other at this place."},
    {kEnumValueAdded, Level::error, "A value was added to a list.",
     "Readers that know the old list alone meet a value they do not know; nobody who writes is "
     "affected."},
    {kEnumValueRemoved, Level::error, "A value was removed from a list.",
     "Whoever writes it writes something that is refused."},
    {kEnumSwapped, Level::error, "Values were replaced by others.",
     "Writers and readers of either side disagree on the list."},
    {kEnumAdded, Level::error, "Only listed values are allowed now.",
     "Documents with any other value are valid no more."},
    {kEnumRemoved, Level::error, "The list of values is gone.",
     "Readers of the old list meet values they do not know."},
    {kBoundLoosened, Level::error, "A bound was loosened.",
     "Readers of the old schema meet values beyond it."},
    {kBoundTightened, Level::error, "A bound was tightened.",
     "Documents beyond it are valid no more."},
    {kMultipleLoosened, Level::error, "The new multipleOf divides the old one.",
     "Readers of the old schema meet values between the old steps."},
    {kMultipleTightened, Level::error, "The old multipleOf divides the new one.",
     "Documents between the new steps are valid no more."},
    {kMultipleChanged, Level::error, "Neither multipleOf divides the other.",
     "Documents of either side are refused by the other."},
    {kPatternRemoved, Level::error, "A pattern is gone.",
     "Readers of the old schema meet texts that do not match it."},
    {kPatternAdded, Level::error, "A pattern is new.",
     "Texts that do not match it are valid no more."},
    {kPatternChanged, Level::error, "A pattern was changed.",
     "The verdicts say which direction holds: patterns are compared as languages."},
    {kFormatChanged, Level::error, "A format that is asserted was changed.",
     "Where formats are annotations, this is no difference."},
    {kPropertyAdded, Level::warning, "An optional property was added to an open object.",
     "Whoever has never heard of it passes it over. A document that had something else under this "
     "name is valid no more; the witness shows one."},
    {kPropertyAddedToClosed, Level::error,
     "A property was added to an object that had no room for it.",
     "Readers of the old schema refuse documents that have it."},
    {kPropertyRemoved, Level::error, "A property is declared no more.",
     "Readers that rely on it find it missing, or of any type, even where documents stay valid."},
    {kRequiredAdded, Level::error, "A property is required now.",
     "Documents without it are valid no more: the runbook's scenario D. Writers must give it "
     "before readers demand it."},
    {kRequiredRemoved, Level::error, "A property is required no more.",
     "Readers of the old schema meet documents without it."},
    {kRestClosed, Level::error, "The rest of an object or array was closed or narrowed.",
     "Documents with more than what is declared are valid no more."},
    {kRestOpened, Level::error, "The rest of an object or array was opened or widened.",
     "Readers of the old schema meet documents with more than they allow."},
    {kNamesNarrowed, Level::error, "Fewer names, or values of names, are allowed.",
     "Documents with other names are valid no more."},
    {kNamesWidened, Level::error, "More names, or values of names, are allowed.",
     "Readers of the old schema meet names they refuse."},
    {kDependencyAdded, Level::error, "A dependency between properties was added.",
     "Documents with the one and without the other are valid no more."},
    {kDependencyRemoved, Level::error, "A dependency between properties was removed.",
     "Readers of the old schema meet documents with the one and without the other."},
    {kDependencyChanged, Level::error, "A dependency between properties was changed.",
     "The verdicts say which direction holds."},
    {kContainsAdded, Level::error, "contains is new.",
     "Arrays without such an item are valid no more."},
    {kContainsRemoved, Level::error, "contains is gone.",
     "Readers of the old schema meet arrays without such an item."},
    {kContainsLoosened, Level::error, "contains was loosened.",
     "Readers of the old schema meet arrays with fewer or more such items."},
    {kContainsTightened, Level::error, "contains was tightened.",
     "Arrays with fewer or more such items are valid no more."},
    {kUniqueAdded, Level::error, "Items must differ now.",
     "Arrays with equal items are valid no more."},
    {kUniqueRemoved, Level::error, "Items may be equal now.",
     "Readers of the old schema meet arrays with equal items."},
    {kItemsAdded, Level::error, "Items are confined now.",
     "Arrays with other items are valid no more."},
    {kItemsRemoved, Level::error, "Items are confined no more.",
     "Readers of the old schema meet items they do not know."},
    {kTupleChanged, Level::error, "A tuple has another length.",
     "The verdicts say which direction holds."},
    {kAllOfAdded, Level::error, "A part of allOf was added.",
     "Documents that it refuses are valid no more."},
    {kAllOfRemoved, Level::error, "A part of allOf was removed.",
     "Readers of the old schema meet documents that it refuses."},
    {kAnyOfAdded, Level::error, "An alternative of anyOf was added.",
     "Readers of the old schema meet an alternative they do not know; safe where nothing can "
     "produce it."},
    {kAnyOfRemoved, Level::error, "An alternative of anyOf was removed.",
     "Documents that fit it alone are valid no more."},
    {kOneOfAdded, Level::error, "An alternative of oneOf was added.",
     "Where it overlaps another one, documents that fitted that one alone now fit two, and are "
     "valid no more."},
    {kOneOfRemoved, Level::error, "An alternative of oneOf was removed.",
     "Documents that fitted it alone are valid no more; those that fitted two are valid now."},
    {kAlternativesIntroduced, Level::error, "Alternatives are new.",
     "Documents that fit none of them are valid no more."},
    {kAlternativesDropped, Level::error, "Alternatives are gone.",
     "Readers of the old schema meet documents that fit none of them."},
    {kNotChanged, Level::error, "not was changed.", "The verdicts say which direction holds."},
    {kConditionChanged, Level::error, "if, then or else was changed.",
     "The verdicts say which direction holds."},
    {kReferenceChanged, Level::error, "A reference leads elsewhere.",
     "The two targets were compared; the verdicts say which direction holds."},
    {kReplaced, Level::error, "The schema was replaced by another.",
     "Nothing of the old one can be told in it."},
};

}  // namespace

std::span<const core::Rule> rules() {
  return kRules;
}

}  // namespace holdfast::schemas
