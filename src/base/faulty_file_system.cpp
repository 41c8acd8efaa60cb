// SPDX-License-Identifier: Apache-2.0
#include "base/faulty_file_system.h"

#include <cerrno>
#include <set>

#include "base/system_error.h"

namespace holdfast {
namespace {

std::vector<std::string> components(const std::string& path) {
  std::vector<std::string> names;
  std::size_t begin = 0;
  while (begin <= path.size()) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string name = path.substr(begin, end - begin);
    if (name == ".." && !names.empty()) names.pop_back();
    if (!name.empty() && name != "." && name != "..") names.push_back(name);
    begin = end + 1;
  }
  return names;
}

Error power_is_gone() {
  return {Code::io, "the power is off"};
}

int errno_of(Fault fault) {
  return fault == Fault::disk_full ? ENOSPC : EIO;
}

}  // namespace

class FaultyFile final : public WritableFile {
 public:
  FaultyFile(FaultyFileSystem& files, std::size_t node, std::string path)
      : files_(files), node_(node), path_(std::move(path)) {}

  Status write(std::string_view bytes) override {
    HOLDFAST_ASSERT(open_);
    const std::string what = "write " + path_ + " (" + std::to_string(bytes.size()) + " bytes)";
    return files_.step(what, FaultyFileSystem::Kind::write, [&](Fault fault) {
      const bool half = fault == Fault::disk_full || fault == Fault::io_error;
      return files_.write_at_end(node_, half ? bytes.substr(0, bytes.size() / 2) : bytes);
    });
  }

  Status sync() override {
    HOLDFAST_ASSERT(open_);
    return files_.step("sync " + path_, FaultyFileSystem::Kind::sync, [&](Fault fault) {
      const bool fails = fault == Fault::disk_full || fault == Fault::io_error;
      FaultyFileSystem::each_place(files_.nodes_[node_],
                                   [&](auto& place) { fails ? place.fail_sync() : place.sync(); });
      return Status();
    });
  }

  Status truncate(std::uint64_t size_bytes) override {
    HOLDFAST_ASSERT(open_);
    const std::string what = "truncate " + path_ + " to " + std::to_string(size_bytes);
    return files_.step(what, FaultyFileSystem::Kind::other, [&](Fault) -> Status {
      FaultyFileSystem::Node& node = files_.nodes_[node_];
      if (size_bytes > node.size.now)
        return Error(Code::internal, "truncate " + path_ + ": would make it longer");
      files_.cut(node, size_bytes);
      return {};
    });
  }

  Status close() override {
    HOLDFAST_ASSERT(open_);
    open_ = false;
    return files_.step("close " + path_, FaultyFileSystem::Kind::other,
                       [](Fault) { return Status(); });
  }

 private:
  FaultyFileSystem& files_;
  std::size_t node_;
  std::string path_;
  bool open_ = true;
};

// One operation: counted, then done, done in part, or refused. A sync that the power cut interrupts
// settles nothing; everything else is done first, because whatever it touched may have reached the
// disk.
Status FaultyFileSystem::step(const std::string& what, Kind kind,
                              const std::function<Status(Fault)>& act) {
  if (off_) return power_is_gone();
  operations_.push_back(what);
  if (operations_.size() == cut_at_) {
    off_ = true;
    if (kind == Kind::sync) return power_is_gone();
    [[maybe_unused]] const Status unheard = act(Fault::none);
    return power_is_gone();
  }
  if (operations_.size() != fail_at_ || fault_ == Fault::none) return act(Fault::none);
  const bool acts = kind != Kind::other || fault_ == Fault::done_but_failed;
  if (acts) TRY(act(fault_));
  return system_error("failing on purpose:", what, errno_of(fault_));
}

FaultyFileSystem::Where FaultyFileSystem::find(const std::string& path) const {
  Where where{.folder = kRoot, .name = {}, .node = kRoot};
  for (const std::string& name : components(path)) {
    if (where.node == kNobody || !nodes_[where.node].is_folder) return {};
    where.folder = where.node;
    where.name = name;
    const auto& names = nodes_[where.folder].names;
    const auto found = names.find(name);
    where.node = found == names.end() ? kNobody : found->second.now;
  }
  return where;
}

Result<FaultyFileSystem::Where> FaultyFileSystem::find_file(std::string_view call,
                                                            const std::string& path) const {
  if (off_) return power_is_gone();
  Where where = find(path);
  if (where.node == kNobody) return system_error(call, path, ENOENT);
  if (nodes_[where.node].is_folder) return system_error(call, path, EISDIR);
  return where;
}

FaultyFileSystem::NodeId FaultyFileSystem::add_node(bool is_folder) {
  nodes_.push_back(Node{.is_folder = is_folder});
  return nodes_.size() - 1;
}

Result<std::unique_ptr<WritableFile>> FaultyFileSystem::open(const Where& where,
                                                             const std::string& path) {
  NodeId id = where.node;
  if (id == kNobody) {
    if (where.folder == kNobody) return system_error("create", path, ENOENT);
    id = add_node(false);
    nodes_[where.folder].names[where.name].set(id);
  }
  if (nodes_[id].is_folder) return system_error("open", path, EISDIR);
  return std::unique_ptr<WritableFile>(std::make_unique<FaultyFile>(*this, id, path));
}

Result<std::unique_ptr<WritableFile>> FaultyFileSystem::create(const std::string& path) {
  std::unique_ptr<WritableFile> file;
  TRY(step("create " + path, Kind::other, [&](Fault) -> Status {
    const Where where = find(path);
    if (where.node != kNobody) return system_error("create", path, EEXIST);
    TRY_ASSIGN(file, open(where, path));
    return {};
  }));
  return file;
}

Result<std::unique_ptr<WritableFile>> FaultyFileSystem::append(const std::string& path) {
  std::unique_ptr<WritableFile> file;
  TRY(step("open " + path, Kind::other, [&](Fault) -> Status {
    TRY_ASSIGN(file, open(find(path), path));
    return {};
  }));
  return file;
}

Result<std::string> FaultyFileSystem::read(const std::string& path, std::uint64_t limit_bytes) {
  TRY_ASSIGN(const Where where, find_file("read", path));
  if (nodes_[where.node].size.now > limit_bytes)
    return Error(Code::invalid, "read " + path + ": larger than the limit");
  return content(nodes_[where.node]);
}

Result<std::string> FaultyFileSystem::read_range(const std::string& path, std::uint64_t offset,
                                                 std::uint64_t size_bytes) {
  TRY_ASSIGN(const Where where, find_file("read", path));
  const std::string all = content(nodes_[where.node]);
  return offset >= all.size() ? std::string() : all.substr(offset, size_bytes);
}

Result<std::uint64_t> FaultyFileSystem::size_bytes(const std::string& path) {
  TRY_ASSIGN(const Where where, find_file("stat", path));
  return nodes_[where.node].size.now;
}

Result<FileIdentity> FaultyFileSystem::identity(const std::string& path) {
  TRY_ASSIGN(const Where where, find_file("stat", path));
  const Node& node = nodes_[where.node];
  return FileIdentity{.device = 1,
                      .inode = where.node,
                      .size_bytes = node.size.now,
                      .mtime_ns = node.changed_at,
                      .ctime_ns = node.changed_at};
}

Result<bool> FaultyFileSystem::exists(const std::string& path) {
  if (off_) return power_is_gone();
  return find(path).node != kNobody;
}

Result<std::vector<std::string>> FaultyFileSystem::list(const std::string& folder) {
  if (off_) return power_is_gone();
  const Where where = find(folder);
  if (where.node == kNobody || !nodes_[where.node].is_folder)
    return system_error("list", folder, where.node == kNobody ? ENOENT : ENOTDIR);
  std::vector<std::string> names;
  for (const auto& [name, place] : nodes_[where.node].names)
    if (place.now != kNobody) names.push_back(name);
  return names;
}

Status FaultyFileSystem::rename(const std::string& from, const std::string& to) {
  return step("rename " + from + " to " + to, Kind::other, [&](Fault) -> Status {
    TRY_ASSIGN(const Where source, find_file("rename", from));
    const Where target = find(to);
    if (target.folder == kNobody) return system_error("rename", to, ENOENT);
    if (nodes_[target.node].is_folder) return system_error("rename", to, EISDIR);
    if (source.node == target.node) return {};
    nodes_[target.folder].names[target.name].set(source.node);
    nodes_[source.folder].names[source.name].set(kNobody);
    return {};
  });
}

Status FaultyFileSystem::remove(const std::string& path) {
  return step("remove " + path, Kind::other, [&](Fault) -> Status {
    TRY_ASSIGN(const Where where, find_file("remove", path));
    nodes_[where.folder].names[where.name].set(kNobody);
    return {};
  });
}

Status FaultyFileSystem::create_folder(const std::string& path) {
  return step("create folder " + path, Kind::other, [&](Fault) -> Status {
    NodeId folder = kRoot;
    for (const std::string& name : components(path)) {
      const auto found = nodes_[folder].names.find(name);
      NodeId next = found == nodes_[folder].names.end() ? kNobody : found->second.now;
      if (next == kNobody) {
        next = add_node(true);
        nodes_[folder].names[name].set(next);
      }
      if (!nodes_[next].is_folder) return system_error("create folder", path, ENOTDIR);
      folder = next;
    }
    return {};
  });
}

Status FaultyFileSystem::sync_folder(const std::string& path) {
  return step("sync folder " + path, Kind::sync, [&](Fault fault) -> Status {
    const Where where = find(path);
    if (where.node == kNobody || !nodes_[where.node].is_folder)
      return system_error("sync folder", path, ENOENT);
    const bool fails = fault == Fault::disk_full || fault == Fault::io_error;
    each_place(nodes_[where.node], [&](auto& place) { fails ? place.fail_sync() : place.sync(); });
    return {};
  });
}

Status FaultyFileSystem::sync_file(const std::string& path) {
  return step("sync " + path, Kind::sync, [&](Fault fault) -> Status {
    TRY_ASSIGN(const Where where, find_file("sync", path));
    const bool fails = fault == Fault::disk_full || fault == Fault::io_error;
    each_place(nodes_[where.node], [&](auto& place) { fails ? place.fail_sync() : place.sync(); });
    return {};
  });
}

Result<OutputPlace> FaultyFileSystem::output_place(const std::string& path) {
  if (off_) return power_is_gone();
  return OutputPlace{OutputPlace::Kind::file, path, -1};
}

Result<std::unique_ptr<WritableFile>> FaultyFileSystem::open_stream(const OutputPlace& place) {
  return Error(Code::unsupported, place.path + ": there are no streams here");
}

Status FaultyFileSystem::write_at_end(NodeId id, std::string_view bytes) {
  put(nodes_[id], nodes_[id].size.now, bytes);
  return {};
}

void FaultyFileSystem::put(Node& node, std::uint64_t offset, std::string_view bytes) {
  node.changed_at = ++changes_;
  while (!bytes.empty()) {
    const std::size_t index = offset / sector_bytes_;
    const std::size_t inside = offset % sector_bytes_;
    const std::size_t size = std::min(bytes.size(), sector_bytes_ - inside);
    while (node.sectors.size() <= index) {
      const std::string zeros(sector_bytes_, '\0');
      node.sectors.push_back({.now = zeros, .on_disk = {zeros}});
    }
    std::string sector = node.sectors[index].now;
    sector.replace(inside, size, bytes.substr(0, size));
    node.sectors[index].set(sector);
    bytes.remove_prefix(size);
    offset += size;
    node.size.set(offset);  // also the sizes on the way: a long write grows a file bit by bit
  }
}

void FaultyFileSystem::cut(Node& node, std::uint64_t size_bytes) {
  node.changed_at = ++changes_;
  for (std::size_t index = size_bytes / sector_bytes_; index < node.sectors.size(); ++index) {
    const std::uint64_t begin = index * sector_bytes_;
    const std::size_t kept = size_bytes > begin ? size_bytes - begin : 0;
    std::string sector = node.sectors[index].now.substr(0, kept);
    sector.resize(sector_bytes_, '\0');
    if (sector != node.sectors[index].now) node.sectors[index].set(sector);
  }
  node.size.set(size_bytes);
}

std::string FaultyFileSystem::content(const Node& node) const {
  std::string bytes;
  for (const auto& sector : node.sectors)
    bytes += sector.now;
  bytes.resize(node.size.now, '\0');
  return bytes;
}

template <class AnyNode, class Visit>
void FaultyFileSystem::each_place(AnyNode& node, Visit visit) {
  if (!node.is_folder) visit(node.size);
  for (auto& sector : node.sectors)
    visit(sector);
  for (auto& [name, place] : node.names)
    visit(place);
}

void FaultyFileSystem::settle() {
  for (Node& node : nodes_)
    each_place(node, [](auto& place) { place.settle(); });
  operations_.clear();
}

std::vector<FaultyFileSystem::NodeId> FaultyFileSystem::reachable() const {
  std::set<NodeId> seen{kRoot};
  std::vector<NodeId> todo{kRoot};
  while (!todo.empty()) {
    const NodeId id = todo.back();
    todo.pop_back();
    for (const auto& [name, place] : nodes_[id].names)
      for (const NodeId next : place.on_disk)
        if (next != kNobody && seen.insert(next).second) todo.push_back(next);
  }
  return {seen.begin(), seen.end()};
}

std::vector<std::size_t> FaultyFileSystem::doubts() const {
  std::vector<std::size_t> counts;
  for (const NodeId id : reachable()) {
    each_place(nodes_[id], [&](const auto& place) {
      if (place.on_disk.size() > 1) counts.push_back(place.on_disk.size());
    });
  }
  return counts;
}

FaultyFileSystem FaultyFileSystem::after_crash(const std::vector<std::size_t>& choice) const {
  FaultyFileSystem after(sector_bytes_);
  after.nodes_.assign(nodes_.size(), Node{});
  after.changes_ = changes_;
  std::size_t next = 0;
  for (const NodeId id : reachable()) {
    Node& node = after.nodes_[id] = nodes_[id];
    each_place(node, [&](auto& place) {
      const std::size_t chosen = place.on_disk.size() > 1 ? choice.at(next++) : 0;
      place.now = place.on_disk.at(chosen);
      place.settle();
    });
    if (node.is_folder) continue;
    // What lies behind the end of a file is no content, and a later append must not bring it back.
    const std::int64_t changed_at = node.changed_at;
    after.cut(node, node.size.now);
    node.changed_at = changed_at;
    each_place(node, [](auto& place) { place.settle(); });
  }
  return after;
}

void FaultyFileSystem::collect(NodeId folder, const std::string& prefix,
                               std::map<std::string, std::string>& out) const {
  for (const auto& [name, place] : nodes_[folder].names) {
    if (place.now == kNobody) continue;
    const Node& node = nodes_[place.now];
    const std::string path = prefix + name;
    if (!node.is_folder) {
      out[path] = content(node);
      continue;
    }
    out[path + "/"] = "";
    collect(place.now, path + "/", out);
  }
}

std::map<std::string, std::string> FaultyFileSystem::tree() const {
  std::map<std::string, std::string> out;
  collect(kRoot, "", out);
  return out;
}

}  // namespace holdfast
