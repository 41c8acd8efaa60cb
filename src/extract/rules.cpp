// SPDX-License-Identifier: Apache-2.0
#include "extract/rules.h"

namespace holdfast::extract {
namespace {

using core::Level;

constexpr core::Rule kRules[] = {
    {kRowsMissing, Level::error, "Finished items have no row.",
     "Their keys are in the ledger, and neither the Parquet file nor the staging file has a row of "
     "theirs: rows were lost after they were finished, and no later run would extract them again. "
     "'holdfast extract check --lists FOLDER' writes the exact list. Look what replaced the "
     "output; "
     "then 'holdfast extract repair' takes the affected entries out of the ledger, and the next "
     "run "
     "extracts them."},
    {kRowsRepeated, Level::error, "A key has more than one published row.",
     "Duplicates hide a loss from every count, and weigh their item double in a model. No command "
     "chooses between them: read the file, keep one row for each key and write it again, or move "
     "it "
     "and its ledger away and extract everything again."},
    {kRowsUnclaimed, Level::warning, "Published rows whose key the ledger does not have.",
     "The ledger was cut or belongs to another output, or the rows were written by something else. "
     "A run takes them as done, but where the whole ledger is gone it extracts everything again; "
     "'holdfast extract repair' puts their keys into the ledger, without the digests of their "
     "rows: an older copy of the ledger is better."},
    {kRowsWithoutKey, Level::warning, "Published rows without a key.",
     "Nobody can tell which item they belong to. Look at what wrote them."},
    {kUnknownItems, Level::warning, "Keys that are none of the items.",
     "The ledger, the staging file or the Parquet file names items that are not there: items were "
     "removed or renamed, 'items' names another folder, or a file of another extraction lies "
     "here."},
    {kOutputUnreadable, Level::error, "The Parquet file can't be read.",
     "Its footer or its key column is damaged, it is no Parquet file, or no column has the keys. "
     "The "
     "verdict is unknown. Keep the file; what is staged is untouched."},
    {kOutputNotRead, Level::note, "The rows of the Parquet file were not looked at.",
     "What reads them, a module of Holdfast's own, is not installed or can't be opened: nobody "
     "knows which rows are there, and the verdict is unknown. Ledger, staging file and items were "
     "looked at, and what an earlier check found in the rows stays open. Install Holdfast whole, "
     "and check again."},
    {kOutputDamaged, Level::error, "Pages of the Parquet file are damaged.",
     "A checksum disagrees, or a page can't be taken apart. The rows of these pages are not what "
     "was "
     "written. Restore the file from a copy, or extract their items again."},
    {kPagesUnchecked, Level::note, "Pages of the Parquet file have no checksum.",
     "Most writers leave them out. Such pages were decoded, which finds what can't be; a value "
     "that was changed is seen only where the ledger has the digest of its row. Write the file "
     "with page checksums (pyarrow: write_page_checksum=True); 'holdfast extract run' does."},
    {kPagesNotDecoded, Level::note,
     "Pages of the Parquet file have no checksum, and not all were decoded.",
     "Nothing was compared that would tell whether they are damaged: their columns are of types "
     "that no row of ours has (a list, a date, …), or what decodes them is not there. Nobody "
     "knows, and the verdict is unknown. Write the file with page checksums (pyarrow: "
     "write_page_checksum=True), or without that column."},
    {kRowsChanged, Level::error, "Rows are not what was extracted.",
     "The ledger has the digest of each row as it was extracted, and these rows have another: "
     "somebody changed the file since. Restore it from a copy, or take the keys out of the ledger "
     "and their rows out of the file to extract them again. Of rows that are staged, 'holdfast "
     "extract repair' takes these out, and no run publishes them. It stays open until a full check "
     "has "
     "held every row of the file that has a key against a digest."},
    {kRowsNotCompared, Level::note, "Published rows without a digest in the ledger.",
     "The ledger is one of bare names, 'holdfast extract repair' put their keys in, or somebody "
     "took the digests out: a full check "
     "can't tell whether these rows are what was extracted, and what an earlier one found changed "
     "stays open. Where an older copy of the ledger has the digests, restore it; rows that are "
     "extracted again have theirs."},
    {kItemsUnreadable, Level::error, "The items can't be listed.",
     "Without them nobody knows what there should be. The verdict is unknown."},
    {kStagingMalformed, Level::warning, "Lines of the staging file are no rows.",
     "A torn line is what a kill or a power cut leaves: a sign of the crash that loses rows. "
     "Nothing "
     "of it is skipped in silence; the message says where it stands."},
    {kLedgerMalformed, Level::warning, "Lines of the ledger are no entries.",
     "A torn line claims nothing. The message says where it stands; 'holdfast extract repair' "
     "takes "
     "such lines out and keeps the old ledger."},
    {kStagedTwice, Level::note, "Keys with more than one staged row.",
     "Two runs extracted the same items, or one was repeated after a kill. The newest is "
     "published."},
    {kStagedUnclaimed, Level::note, "Staged rows whose key the ledger does not have yet.",
     "What a kill between the two leaves. The next run takes the rows and adds their keys."},
    {kClaimedTwice, Level::note, "Keys that stand in the ledger more than once.",
     "They count once. A count of its lines is not the number of finished items."},
    {kUnpublished, Level::note, "Staged rows that are not published yet.",
     "Whoever reads the Parquet file does not see them: the extraction is not complete. A run "
     "publishes them."},
    {kPending, Level::note, "Items that are not extracted yet.",
     "The extraction is not complete; a run goes on with them."},
    {kNothingThere, Level::note, "There is neither a finished key nor a row to look at.",
     "Ledger, staging file and Parquet file are gone or empty, and no items are configured that "
     "would tell what there should be: nothing was compared, so nothing is in step. Look whether "
     "the disk is mounted and 'out' names the right file; what an earlier check found stays open. "
     "Where the extraction is over, take its section out."},
    {kUnmergedShards, Level::note, "Rows of shards that are not merged yet.",
     "Runs with --shard publish into files of their own; 'holdfast extract merge' joins them by "
     "key."},
};

}  // namespace

std::span<const core::Rule> rules() {
  return kRules;
}

}  // namespace holdfast::extract
