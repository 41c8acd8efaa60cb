// SPDX-License-Identifier: Apache-2.0
// The text of every artifact rule.
#include "artifacts/rules.h"

namespace holdfast::artifacts {
namespace {

using core::Level;

constexpr core::Rule kRules[] = {
    {kChangedWithoutWrite, Level::error,
     "The bytes differ from the record, but size and modification time are as when they were last "
     "proved.",
     "No ordinary write explains this: suspect the disk, the controller or the memory, or somebody "
     "who put the time back. Do not record the new hash (a backfill refuses to, unless told "
     "--on-drift record-all). Keep the file for inspection, restore it from a copy you trust, "
     "verify again, and look at the disk's own error log. The witness tells "
     "whether the change time moved: if it did, something went through the file system; if it did "
     "not, the medium changed below it."},
    {kReplaced, Level::error,
     "The bytes differ from the record and another file stands at the path.",
     "The file that was proved is gone and a different one (other inode) took its name: a rename, "
     "a checkout, a sync tool or a regeneration. If the new content is wanted, record it with "
     "'holdfast artifacts backfill --only ID'; the old hash stays in the journal. If not, restore "
     "the file and verify again."},
    {kModified, Level::error, "The bytes differ from the record and the file was written to.",
     "It is the same file with another modification time or size, or no proof says what it was "
     "before (the message tells which). Somebody wrote to it without registering the new content. "
     "If the new content is wanted, record it with 'holdfast artifacts backfill --only ID'; if "
     "not, restore the file and verify again."},
    {kMissing, Level::error, "A hash is recorded and the file is gone.",
     "No root has a file at the recorded path. If it was moved, 'holdfast check' names a file "
     "without a row that has the recorded content, and 'holdfast artifacts move' gives the row "
     "its path. If it is lost, restore it from a copy: the recorded hash proves whether the copy "
     "is the right one. If nobody wants it any more, 'holdfast artifacts forget' takes the row "
     "out. (In a table of your own, correct or delete the row there.)"},
    {kUnreadable, Level::error, "The file is there and can't be read.",
     "Permissions, a loop of symbolic links or a read error of the disk. Nothing is known about "
     "its content, so the verdict is unknown. A read error (EIO) is the disk speaking: copy what "
     "can still be read and look at its error log."},
    {kEscapesRoot, Level::error, "The recorded path leads out of every root.",
     "An absolute path, a '..' or a symbolic link leads outside the configured roots, so the file "
     "was not opened. Correct the path, or add its folder to the roots."},
    {kNotAFile, Level::error, "The recorded path names something that is no regular file.",
     "A folder, device, socket or FIFO has no content of its own to prove. Correct the path of the "
     "row."},
    {kInvalidRecord, Level::error, "What is recorded can't be a file's hash or path.",
     "The recorded SHA-256 is not 64 hex digits, the metadata is no JSON object or has a key of "
     "Holdfast's twice, or the path is one that no file can have. Nothing can be compared, so the "
     "verdict is unknown. A wrong hash "
     "is replaced, and journaled, by 'holdfast artifacts backfill --only ID'; the rest is mended "
     "in "
     "the row."},
    {kWrongSize, Level::warning,
     "The recorded size is not that of the bytes with the recorded hash.",
     "The content is what was recorded; only file_size_bytes beside it is not, so whoever plans or "
     "filters by it is misled. 'holdfast artifacts backfill --only ID' corrects it, and journals "
     "that."},
    {kUnstable, Level::warning, "The file changed during each of three readings.",
     "A hash of a file that is being written belongs to no version of it, so none is given. Run "
     "the command again when the writer is done."},
    {kUnhashed, Level::warning, "The file is there and no hash is recorded.",
     "Nothing would notice if it changed. 'holdfast artifacts backfill' records its hash."},
    {kNoFile, Level::note, "No file is there and no hash was ever recorded.",
     "The row is residual: there is nothing to compare. 'holdfast artifacts residual' lists all "
     "such rows. It becomes checkable when the file comes back and is backfilled."},
    {kUnrecordedFile, Level::note, "A file under a root has no row.",
     "Nobody promised anything about it. Make a row with 'holdfast artifacts import --from-folder "
     "FOLDER', or name "
     "it under 'ignore' in the configuration. If its content is that of a missing artifact, the "
     "finding says so: then 'holdfast artifacts move' corrects that row's path."},
    {kIdentityChanged, Level::note,
     "The file's identity moved since its last proof; its bytes were not read.",
     "Inode, size, modification or change time differ from the last full proof. Whether the "
     "content changed is unknown until 'holdfast artifacts verify' reads it."},
    {kNeverProved, Level::note,
     "No proof of the recorded hash exists that a look at the identity could rest on.",
     "The file was never read in full against this record, its last reading did not confirm the "
     "record, or it was written so shortly before it was read that a later write could hide. "
     "'holdfast artifacts verify' reads it."},
    {kProofTooOld, Level::note, "The last proof is older than was asked for.",
     "The identity is unchanged, but the bytes were read longer ago than --max-age or 'max_age' "
     "allows. 'holdfast artifacts verify' or 'scrub' makes a new proof."},
    {kProofInFuture, Level::note, "The last proof is dated in the future, so its age is unknown.",
     "The clock was wrong when the bytes were read, or it is wrong now. Set it right first; then "
     "'holdfast artifacts verify' or 'scrub' reads the bytes again and makes a proof with a true "
     "date. Until then the proof counts as too old for any --max-age and as due in every scrub."},
    {kScrubPromiseBroken, Level::warning,
     "Not every byte is, or can be, read within the promised time.",
     "Either the rate and the window are too small for the amount of data, or slices run too "
     "seldom. The message says by how much. Raise --rate, widen --window, run the scrub more "
     "often, or promise less with --every-byte-within."},
};

}  // namespace

std::span<const core::Rule> rules() {
  return kRules;
}

}  // namespace holdfast::artifacts
