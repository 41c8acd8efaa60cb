// SPDX-License-Identifier: Apache-2.0
#include "extract/extractor.h"

#include <optional>
#include <set>
#include <utility>

#include "base/assert.h"
#include "base/child_process.h"
#include "base/root_folder.h"
#include "core/canonical_json.h"
#include "core/json_scan.h"
#include "core/sha256.h"
#include "extract/file_sha256.h"
#include "extract/video_quality.h"

namespace holdfast::extract {
namespace {

constexpr std::size_t kShownBytes = 300;

std::string shown(std::string_view text) {
  std::string out = printable_path(text.substr(0, kShownBytes));
  if (text.size() > kShownBytes) out += "…";
  return out;
}

/// The word with the item's {key} and {path}; what is put in is not looked at again.
std::string filled(const std::string& word, const Item& item) {
  std::string out;
  for (std::size_t at = 0; at < word.size();) {
    const std::string_view rest = std::string_view(word).substr(at);
    if (rest.starts_with("{key}")) {
      out += item.key;
      at += 5;
    } else if (rest.starts_with("{path}")) {
      out += item.path;
      at += 6;
    } else {
      out += word[at++];
    }
  }
  return out;
}

/// " (stderr: …)", where there was any.
std::string said_on_stderr(const ChildProcess& child) {
  std::string tail = child.error_tail();
  while (!tail.empty() && tail.back() == '\n')
    tail.pop_back();
  const std::size_t last_line = tail.rfind('\n');
  if (last_line != std::string::npos) tail.erase(0, last_line + 1);
  return tail.empty() ? "" : " (stderr: " + shown(tail) + ')';
}

/// A printed row: an object with the declared columns, which may repeat the item's key.
Result<Row> row_of(const std::string& json, const ExtractorConfig& config, const Item& item) {
  core::JsonScan scan(json, core::JsonNumbers::python);
  scan.skip_space();
  bool has_key = false;
  const bool is_object = scan.members([&](core::JsonSpan name, core::JsonSpan) {
    has_key = has_key || core::json_unescaped(name.of(json)) == config.key_column;
    return true;
  });
  if (!is_object) return Error(Code::invalid, "it printed no JSON object: " + shown(json));
  std::string whole = json;
  if (!has_key) {
    std::string member;
    core::append_canonical_string(member, config.key_column);
    member += ':';
    core::append_canonical_string(member, item.key);
    const std::size_t brace = whole.find('{');
    const bool is_empty = whole.find_first_not_of(" \t\r\n", brace + 1) == whole.rfind('}');
    whole.insert(brace + 1, member + (is_empty ? "" : ","));
  }
  auto row = read_row(whole, config.key_column, config.columns);
  if (!row) return std::move(row).error().with("it printed");
  if (row->key != item.key)
    return Error(Code::invalid, "it printed a row for another key: \"" + shown(row->key) + '"');
  return row;
}

// --- sha256

class Sha256Extractor final : public Extractor {
 public:
  Result<Row> extract(const Item& item, const Cancel* cancel) override {
    if (item.path.empty())
      return Error(Code::invalid, "the item is no file here: sha256 needs 'items' as a pattern");
    TRY_ASSIGN(const auto seen, hasher_.hash(item.path, cancel));
    return Row{item.key,
               {Value(core::to_hex(seen.digest)),
                Value(static_cast<std::int64_t>(seen.identity.size_bytes))}};
  }

 private:
  SingleFileHasher hasher_;
};

// --- exec

class ExecExtractor final : public Extractor {
 public:
  explicit ExecExtractor(const ExtractorConfig& config) : config_(config) {}

  Result<Row> extract(const Item& item, const Cancel* cancel) override {
    std::vector<std::string> argv;
    for (const std::string& word : config_.command)
      argv.push_back(filled(word, item));
    const auto deadline = std::chrono::steady_clock::now() + config_.timeout;
    TRY_ASSIGN(auto child, ChildProcess::start(argv, {.folder = config_.folder,
                                                      .memory_bytes = config_.memory_bytes}));
    child.close_input();
    std::string printed;
    for (;;) {
      auto line = child.read_line(deadline - std::chrono::steady_clock::now(), cancel);
      if (!line) return failure(child, std::move(line).error());
      if (!*line) break;
      if (printed.size() + (*line)->size() > ChildOptions().max_line_bytes)
        return Error(Code::invalid, "it printed more than a row can hold");
      printed += **line + ' ';
    }
    const ChildEnd end = child.wait(deadline - std::chrono::steady_clock::now());
    if (!end.ok())
      return Error(Code::invalid, "it ended with " + end.text() + said_on_stderr(child));
    if (printed.empty()) return Error(Code::invalid, "it printed nothing" + said_on_stderr(child));
    return row_of(printed, config_, item);
  }

 private:
  Error failure(ChildProcess& child, Error error) const {
    if (error.code() == Code::cancelled) return error;
    child.kill();
    const bool late = error.code() == Code::io;
    return {
        Code::invalid,
        (late ? "it was killed after " +
                    std::to_string(
                        std::chrono::duration_cast<std::chrono::seconds>(config_.timeout).count()) +
                    " s"
              : error.message()) +
            said_on_stderr(child)};
  }
  const ExtractorConfig& config_;
};

// --- worker

std::string request_of(const Item& item) {
  std::string out = "{\"key\":";
  core::append_canonical_string(out, item.key);
  out += ",\"path\":";
  core::append_canonical_string(out, core::is_utf8(item.path) ? item.path : "");
  return out + '}';
}

/// An answer: {"key":…,"row":{…}} or {"key":…,"error":"…"}.
struct Answer {
  std::optional<std::string> key;
  std::optional<std::string> row;
  std::optional<std::string> error;
};

std::optional<Answer> answer_of(const std::string& line) {
  Answer out;
  std::set<std::string> seen;
  core::JsonScan scan(line, core::JsonNumbers::python);
  scan.skip_space();
  const bool is_object = scan.members([&](core::JsonSpan name, core::JsonSpan value) {
    const std::string word = core::json_unescaped(name.of(line));
    const std::string_view json = value.of(line);
    if (word != "row" && word != "key" && word != "error") return true;
    if (!seen.insert(word).second) return false;
    if (word == "row") out.row = json;
    if (word == "key" && json.front() == '"') out.key = core::json_unescaped(json);
    if (word == "error" && json != "null")
      out.error = json.front() == '"' ? core::json_unescaped(json) : std::string(json);
    return true;
  });
  scan.skip_space();
  if (!is_object || !scan.at_end() || !out.key) return {};
  return out;
}

class WorkerExtractor final : public Extractor {
 public:
  explicit WorkerExtractor(const ExtractorConfig& config) : config_(config) {}

  // A process that failed an item in any way but by saying so is not trusted with the next one.
  Result<Row> extract(const Item& item, const Cancel* cancel) override {
    auto row = ask(item, cancel);
    if (!row && !said_error_) child_.reset();
    return row;
  }

 private:
  Result<Row> ask(const Item& item, const Cancel* cancel) {
    said_error_ = false;
    if (!child_) {
      TRY_ASSIGN(auto child,
                 ChildProcess::start(config_.command, {.folder = config_.folder,
                                                       .memory_bytes = config_.memory_bytes}));
      child_.emplace(std::move(child));
    }
    if (auto sent = child_->write_line(request_of(item), config_.timeout, cancel); !sent)
      return failure(std::move(sent).error());
    auto line = child_->read_line(config_.timeout, cancel);
    if (!line) return failure(std::move(line).error());
    if (!*line)
      return Error(Code::invalid, "it ended with " + child_->wait(std::chrono::seconds(1)).text() +
                                      said_on_stderr(*child_));
    const auto answer = answer_of(**line);
    if (!answer) return Error(Code::invalid, "it printed no answer: " + shown(**line));
    if (*answer->key != item.key)
      return Error(Code::invalid, "it answered for another key: \"" + shown(*answer->key) + '"');
    if (answer->error) {
      said_error_ = true;
      return Error(Code::invalid, shown(*answer->error));
    }
    if (!answer->row) return Error(Code::invalid, "it answered without a row: " + shown(**line));
    return row_of(*answer->row, config_, item);
  }

  Error failure(Error error) {
    if (error.code() == Code::cancelled) return error;
    child_->kill();
    return {Code::invalid, error.message() + said_on_stderr(*child_)};
  }

  const ExtractorConfig& config_;
  std::optional<ChildProcess> child_;
  bool said_error_ = false;
};

}  // namespace

std::unique_ptr<Extractor> make_extractor(const ExtractorConfig& config) {
  switch (config.kind) {
    case ExtractorKind::sha256:
      return std::make_unique<Sha256Extractor>();
    case ExtractorKind::exec:
      return std::make_unique<ExecExtractor>(config);
    case ExtractorKind::worker:
      return std::make_unique<WorkerExtractor>(config);
    case ExtractorKind::video_quality:
      return make_video_quality_extractor(config);
  }
  return {};
}

Status require_program(const ExtractorConfig& config) {
  if (config.command.empty() || config.command.front().find('{') != std::string::npos) return {};
  auto program = find_program(config.command.front(), config.folder);
  return program ? Status() : Status(std::move(program).error().with("command"));
}

Status prepare_extractor(ExtractorConfig& config, const Cancel* cancel) {
  if (!config.video || !config.video->tool.empty()) return {};
  TRY_ASSIGN(config.video->tool, identify_video_tool(config, cancel));
  return {};
}

std::string extractor_tool(const ExtractorConfig& config) {
  return config.video ? config.video->tool : "";
}

namespace {

// Not the number of the kind: what is recorded outlives the order of an enumeration.
std::string_view kind_name(ExtractorKind kind) {
  switch (kind) {
    case ExtractorKind::sha256:
      return "sha256";
    case ExtractorKind::exec:
      return "exec";
    case ExtractorKind::worker:
      return "worker";
    case ExtractorKind::video_quality:
      return "video-quality";
  }
  return {};
}

std::string configured_text(const ExtractorConfig& config) {
  std::string text(kind_name(config.kind));
  for (const std::string& word : config.command)
    text += '\0' + word;
  for (const Column& column : config.columns)
    text += '\0' + column.name + '\0' + std::string(parquet::column_type_name(column.type));
  if (config.video) text += '\0' + config.video->reference + '\0' + config.video->model;
  return text;
}

}  // namespace

std::string configured_fingerprint(const ExtractorConfig& config) {
  return core::to_hex(core::sha256(configured_text(config)));
}

std::string extractor_fingerprint(const ExtractorConfig& config) {
  std::string text = configured_text(config);
  if (config.video) {
    HOLDFAST_ASSERT(!config.video->tool.empty());
    text += '\0' + config.video->tool;
  }
  return core::to_hex(core::sha256(text));
}

}  // namespace holdfast::extract
