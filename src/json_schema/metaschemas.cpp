// SPDX-License-Identifier: Apache-2.0
// Embedded meta-schemas, parsed when the first one is asked for.
#include "json_schema/metaschemas.h"

#include <string>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "json_schema/embedded_metaschemas.h"
#include "json_schema/uri_reference.h"

namespace holdfast::json_schema {
namespace {

struct Metaschema {
  std::string uri;
  Document document;
};

std::vector<Metaschema> parsed() {
  std::vector<Metaschema> all;
  for (const EmbeddedText& embedded : embedded_metaschemas()) {
    auto document = Document::parse(std::string(embedded.text));
    HOLDFAST_ASSERT(document.ok());
    const Value root = document->root();
    const Value id = root.find("$id") ? root.find("$id") : root.find("id");
    HOLDFAST_ASSERT(id.is_string());
    std::string uri(split_fragment(id.string()).resource);
    all.push_back({std::move(uri), *std::move(document)});
  }
  return all;
}

}  // namespace

const Document* find_metaschema(std::string_view uri) {
  static const std::vector<Metaschema> kAll = parsed();
  for (const Metaschema& metaschema : kAll)
    if (metaschema.uri == uri) return &metaschema.document;
  return nullptr;
}

}  // namespace holdfast::json_schema
