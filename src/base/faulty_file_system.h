// SPDX-License-Identifier: Apache-2.0
// A file system in memory that forgets: for tests only. It keeps beside what a running program sees
// everything that the disk may hold after a power cut, and can fail or lose its power at any
// operation. base/crash_test.h drives it through all of that.
//
// The model. A disk is made of places that are written one by one and in any order: each sector of
// a file, the size of a file, each name in a folder. A place has the value that programs see now
// and the set of values the disk may hold: the last synced one and every one it was given since.
// sync() of a file settles its sectors and its size; sync_folder() settles its names; nothing else
// settles anything, so data may be lost or torn by sector, a size may grow before its data (zeros),
// a rename may be there before the data of what was renamed, and each name may be lost alone: of a
// rename both names, one or none may be there. Journaling file systems allow less (their renames
// are whole); what holds here holds there.
//
// After a failed sync the places count as clean although the disk may hold any of their values: as
// Linux does with pages it could not write. They look fine, and no later sync saves them, only
// writing them anew.
//
// Left out: garbage instead of zeros, errors on reading, hard and symbolic links, folders removed,
// permissions.
#pragma once
#include <algorithm>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/file.h"

namespace holdfast {

/// How an operation fails.
enum class Fault : unsigned char {
  none,
  disk_full,        // ENOSPC: half of a write is there, and a sync leaves its places in doubt
  io_error,         // EIO: the same, and nothing else happens
  done_but_failed,  // EIO although all of it happened: the answer got lost
};

/// Not thread-safe. Files opened on it must not outlive it.
class FaultyFileSystem final : public FileSystem {
 public:
  /// A small sector makes more ways to tear a small file.
  explicit FaultyFileSystem(std::size_t sector_bytes = 512) : sector_bytes_(sector_bytes) {}

  Result<std::unique_ptr<WritableFile>> create(const std::string& path) override;
  Result<std::unique_ptr<WritableFile>> append(const std::string& path) override;
  Result<std::string> read(const std::string& path, std::uint64_t limit_bytes) override;
  Result<std::string> read_range(const std::string& path, std::uint64_t offset,
                                 std::uint64_t size_bytes) override;
  Result<std::uint64_t> size_bytes(const std::string& path) override;
  /// The times are the count of the file's last change.
  Result<FileIdentity> identity(const std::string& path) override;
  Result<bool> exists(const std::string& path) override;
  Result<std::vector<std::string>> list(const std::string& folder) override;
  Status rename(const std::string& from, const std::string& to) override;
  Status remove(const std::string& path) override;
  Status create_folder(const std::string& path) override;
  Status sync_folder(const std::string& path) override;
  Status sync_file(const std::string& path) override;
  Status remove_abandoned(const std::string& path) override { return remove(path); }
  Result<OutputPlace> output_place(const std::string& path) override;
  Result<std::unique_ptr<WritableFile>> open_stream(const OutputPlace& place) override;

  /// Everything so far is on the disk; operations count from 1 again.
  void settle();
  /// The power goes during this operation: it may take part in the crash states, but it and all
  /// later ones only fail.
  void cut_power_at(std::uint64_t operation) { cut_at_ = operation; }
  void fail_at(std::uint64_t operation, Fault fault) {
    fail_at_ = operation;
    fault_ = fault;
  }
  bool power_is_off() const { return off_; }
  /// Everything that wrote, since settle(): "write a.tmp (12 bytes)". Reading is not counted.
  const std::vector<std::string>& operations() const { return operations_; }

  /// For every place whose value on the disk is in doubt, how many values there are (2 or more).
  std::vector<std::size_t> doubts() const;
  /// What is found after a power cut and a restart, when the n-th place in doubt holds its
  /// choice[n]-th value: 0 is the oldest, the last is what programs saw.
  FaultyFileSystem after_crash(const std::vector<std::size_t>& choice) const;
  /// Every file's path and content as programs see them; folders end in '/'. Two equal trees are
  /// one state.
  std::map<std::string, std::string> tree() const;

 private:
  friend class FaultyFile;
  using NodeId = std::size_t;
  static constexpr NodeId kNobody = 0;
  static constexpr NodeId kRoot = 1;

  template <class T>
  struct Place {
    T now{};
    std::vector<T> on_disk{T{}};  // without repetition; the newest last
    bool dirty = false;
    void may_become(const T& value) {
      on_disk.erase(std::remove(on_disk.begin(), on_disk.end(), value), on_disk.end());
      on_disk.push_back(value);
    }
    void set(const T& value) {
      now = value;
      may_become(value);
      dirty = true;
    }
    void settle() { on_disk.assign(1, now), dirty = false; }
    void sync() {
      if (dirty) settle();
    }
    void fail_sync() { dirty = false; }
  };
  struct Node {
    bool is_folder = false;
    std::int64_t changed_at = 0;  // counts changes of all files; survives every crash
    Place<std::uint64_t> size{};
    std::vector<Place<std::string>> sectors{};     // each of sector_bytes_, zeros where nothing is
    std::map<std::string, Place<NodeId>> names{};  // of a folder; kNobody where a name is free
  };
  struct Where {
    NodeId folder = kNobody;  // kNobody when it is not there
    std::string name;         // empty for the root
    NodeId node = kNobody;
  };
  enum class Kind : unsigned char { write, sync, other };

  Where find(const std::string& path) const;
  Result<Where> find_file(std::string_view call, const std::string& path) const;
  NodeId add_node(bool is_folder);
  Result<std::unique_ptr<WritableFile>> open(const Where& where, const std::string& path);
  Status write_at_end(NodeId id, std::string_view bytes);
  void put(Node& node, std::uint64_t offset, std::string_view bytes);
  void cut(Node& node, std::uint64_t size_bytes);
  std::string content(const Node& node) const;
  Status step(const std::string& what, Kind kind, const std::function<Status(Fault)>& act);
  template <class AnyNode, class Visit>
  static void each_place(AnyNode& node, Visit visit);
  std::vector<NodeId> reachable() const;
  void collect(NodeId folder, const std::string& prefix,
               std::map<std::string, std::string>& out) const;

  std::size_t sector_bytes_;
  std::vector<Node> nodes_ = {Node{}, Node{.is_folder = true}};  // [kNobody] stays empty
  std::int64_t changes_ = 0;
  std::vector<std::string> operations_;
  std::uint64_t cut_at_ = 0;
  std::uint64_t fail_at_ = 0;
  Fault fault_ = Fault::none;
  bool off_ = false;
};

}  // namespace holdfast
