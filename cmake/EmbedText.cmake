# SPDX-License-Identifier: Apache-2.0
# embed_text(room symbol file…): makes <room>/<symbol>.h in the build tree with
#   namespace holdfast::<room> { struct EmbeddedText { std::string_view name, text; }; extern const std::span<const EmbeddedText> <symbol>; }
# Files go in by .incbin, so that their bytes are what the binary carries, whatever their size.
function(embed_text room symbol)
  set(dir ${PROJECT_BINARY_DIR}/embedded/${room})
  set(asm "")
  set(table "")
  set(decl "")
  set(i 0)
  foreach(file IN LISTS ARGN)
    get_filename_component(name ${file} NAME)
    get_filename_component(path ${file} ABSOLUTE BASE_DIR ${PROJECT_SOURCE_DIR})
    string(APPEND asm "  asm(\".section .rodata\\n.global ${room}_${symbol}_${i}\\n${room}_${symbol}_${i}:\\n.incbin \\\"${path}\\\"\\n.global ${room}_${symbol}_${i}_end\\n${room}_${symbol}_${i}_end:\\n.byte 0\\n.previous\\n\");\n")
    string(APPEND decl "extern \"C\" const char ${room}_${symbol}_${i}[];\nextern \"C\" const char ${room}_${symbol}_${i}_end[];\n")
    string(APPEND table "    {\"${name}\", {${room}_${symbol}_${i}, static_cast<std::size_t>(${room}_${symbol}_${i}_end - ${room}_${symbol}_${i})}},\n")
    math(EXPR i "${i}+1")
    list(APPEND paths ${path})
  endforeach()
  file(CONFIGURE OUTPUT ${dir}/${room}/${symbol}.h CONTENT
"// Made by cmake/EmbedText.cmake.
#pragma once
#include <span>
#include <string_view>
namespace holdfast::${room} {
#ifndef HOLDFAST_EMBEDDED_TEXT_${room}
#define HOLDFAST_EMBEDDED_TEXT_${room}
struct EmbeddedText { std::string_view name; std::string_view text; };
#endif
std::span<const EmbeddedText> ${symbol}();
}
")
  file(CONFIGURE OUTPUT ${dir}/${symbol}.cpp CONTENT
"#include \"${room}/${symbol}.h\"
${asm}
${decl}
namespace holdfast::${room} {
std::span<const EmbeddedText> ${symbol}() {
  static const EmbeddedText kTable[] = {
${table}  };
  return kTable;
}
}
")
  set_source_files_properties(${dir}/${symbol}.cpp PROPERTIES OBJECT_DEPENDS "${paths}")
  target_sources(${room} PRIVATE ${dir}/${symbol}.cpp)
  target_include_directories(${room} PUBLIC ${dir})
endfunction()
