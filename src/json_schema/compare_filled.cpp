// SPDX-License-Identifier: Apache-2.0
// Copies the document without what defaults fill. Documents are never nested deeper than core::kJsonDepthLimit, and so is the recursion.
#include "json_schema/compare_filled.h"

#include <utility>
#include <vector>

#include "json_schema/document.h"

namespace holdfast::json_schema {
namespace {

bool has_default(Value properties, Value name) {
  if (!name.is_string()) return false;
  const Value property = properties.find(name.string());
  return property.is_object() && property.find("default");
}

class Filler {
 public:
  Value of(Value value) {
    if (value.is_array()) {
      std::vector<Value> elements;
      for (std::size_t i = 0; i < value.size(); ++i)
        elements.push_back(of(value.at(i)));
      return maker_.array(elements);
    }
    if (!value.is_object()) return value;
    std::vector<Member> members;
    for (std::size_t i = 0; i < value.size(); ++i) {
      const Member member = value.member(i);
      if (member.key == "enum" || member.key == "const")
        members.push_back(member);
      else if (member.key == "required" && member.value.is_array())
        members.push_back({member.key, required(member.value, value.find("properties"))});
      else
        members.push_back({member.key, of(member.value)});
    }
    return maker_.object(members);
  }

  Document finish(Value root) { return std::move(maker_).finish(maker_.copy(root)); }

 private:
  Value required(Value names, Value properties) {
    std::vector<Value> left;
    for (std::size_t i = 0; i < names.size(); ++i)
      if (!has_default(properties, names.at(i))) left.push_back(names.at(i));
    return maker_.array(left);
  }

  DocumentMaker maker_;
};

}  // namespace

Result<Schema> filled(const Schema& schema) {
  Filler filler;
  const Value root = filler.of(schema.document_root());
  SchemaOptions options;
  options.default_dialect = schema.dialect();
  return Schema::load(filler.finish(root), options);
}

}  // namespace holdfast::json_schema
