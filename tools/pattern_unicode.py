#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes src/json_schema/pattern_unicode_table.cpp: every \\p{…} that ECMA-262 names, out of the Unicode character database.

  apt-get install unicode-data && tools/pattern_unicode.py [FOLDER]     FOLDER holds UnicodeData's files (/usr/share/unicode)

A row is: kind (gc, sc, scx, binary), names joined by commas, code points. The code points are numbers by turns: how far the next range
begins behind the end of the last, and how many code points it has. A number is written in base 32, lowest digit first, in the alphabet
A-Za-z0-9+/; a digit that another one follows has 32 added. src/json_schema/pattern_unicode.cpp reads them.
"""
import pathlib
import sys
from collections import defaultdict

OUTPUT = pathlib.Path(__file__).resolve().parent.parent / "src" / "json_schema" / "pattern_unicode_table.cpp"
DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
# ECMA-262, table "Binary Unicode property aliases"; Any, ASCII and Assigned are made in pattern_unicode.cpp.
BINARY = """ASCII_Hex_Digit,AHex Alphabetic,Alpha Bidi_Control,Bidi_C Bidi_Mirrored,Bidi_M Case_Ignorable,CI Cased
Changes_When_Casefolded,CWCF Changes_When_Casemapped,CWCM Changes_When_Lowercased,CWL Changes_When_NFKC_Casefolded,CWKCF
Changes_When_Titlecased,CWT Changes_When_Uppercased,CWU Dash Default_Ignorable_Code_Point,DI Deprecated,Dep Diacritic,Dia
Emoji Emoji_Component,EComp Emoji_Modifier,EMod Emoji_Modifier_Base,EBase Emoji_Presentation,EPres Extended_Pictographic,ExtPict
Extender,Ext Grapheme_Base,Gr_Base Grapheme_Extend,Gr_Ext Hex_Digit,Hex IDS_Binary_Operator,IDSB IDS_Trinary_Operator,IDST
ID_Continue,IDC ID_Start,IDS Ideographic,Ideo Join_Control,Join_C Logical_Order_Exception,LOE Lowercase,Lower Math
Noncharacter_Code_Point,NChar Pattern_Syntax,Pat_Syn Pattern_White_Space,Pat_WS Quotation_Mark,QMark Radical Regional_Indicator,RI
Sentence_Terminal,STerm Soft_Dotted,SD Terminal_Punctuation,Term Unified_Ideograph,UIdeo Uppercase,Upper Variation_Selector,VS
White_Space,space XID_Continue,XIDC XID_Start,XIDS"""
BINARY_FILES = ["PropList.txt", "DerivedCoreProperties.txt", "DerivedNormalizationProps.txt", "emoji/emoji-data.txt",
                "extracted/DerivedBinaryProperties.txt"]


def rows(path):
    """The fields of each line that has any, without comments."""
    for line in path.read_text(encoding="utf-8").splitlines():
        fields = [field.strip() for field in line.split("#")[0].split(";")]
        if len(fields) > 1:
            yield fields


def code_points(field):
    first, _, last = field.partition("..")
    return range(int(first, 16), int(last or first, 16) + 1)


def read_values(path):
    """Value -> set of code points."""
    found = defaultdict(set)
    for field, value, *_ in rows(path):
        found[value].update(code_points(field))
    return found


def number(value):
    text = ""
    while value >= 32:
        text += DIGITS[32 + value % 32]
        value //= 32
    return text + DIGITS[value]


def encoded(points):
    text, end, ordered = "", 0, sorted(points)
    at = 0
    while at < len(ordered):
        first = at
        while at + 1 < len(ordered) and ordered[at + 1] == ordered[at] + 1:
            at += 1
        text += number(ordered[first] - end) + number(ordered[at] - ordered[first] + 1)
        end = ordered[at] + 1
        at += 1
    return text


def aliases(folder, prefix):
    """Short value name -> all of its names."""
    return {fields[1]: list(dict.fromkeys(fields[1:])) for fields in rows(folder / "PropertyValueAliases.txt") if fields[0] == prefix}


def general_categories(folder):
    found = read_values(folder / "extracted" / "DerivedGeneralCategory.txt")
    groups = {"LC": ["Lu", "Ll", "Lt"]}
    for value in found:
        groups.setdefault(value[0], []).append(value)
    for group, values in groups.items():
        found[group] = set().union(*(found[value] for value in values))
    return [("gc", names, found[short]) for short, names in sorted(aliases(folder, "gc").items())]


def scripts(folder):
    by_name = read_values(folder / "Scripts.txt")
    names = {short: all_names for short, all_names in sorted(aliases(folder, "sc").items()) if by_name.keys() & set(all_names)}
    listed = {short: next(by_name[name] for name in all_names if name in by_name) for short, all_names in names.items()}
    own = {short: set(points) for short, points in listed.items()}
    for field, shorts, *_ in rows(folder / "ScriptExtensions.txt"):
        points = set(code_points(field))
        for short in own:
            own[short] -= points
        for short in shorts.split():
            own[short] |= points
    extended = [("scx", names[short], points) for short, points in own.items() if points != listed[short]]
    return [("sc", names[short], points) for short, points in listed.items()] + extended


def binaries(folder):
    found = {}
    for file in BINARY_FILES:
        for value, points in read_values(folder / file).items():
            found.setdefault(value, points)
    return [("binary", line.split(","), found[line.split(",")[0]]) for line in BINARY.split()]


def main():
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "/usr/share/unicode")
    if not (folder / "UnicodeData.txt").exists():
        sys.exit(f"{folder} has no UnicodeData.txt: install the package unicode-data, or name the folder")
    version = (folder / "PropList.txt").read_text(encoding="utf-8").splitlines()[0].removeprefix("# PropList-").removesuffix(".txt")
    lines = general_categories(folder) + scripts(folder) + binaries(folder)
    text = "".join(f'  {{"{kind}", "{",".join(names)}", "{encoded(points)}"}},\n' for kind, names, points in lines)
    OUTPUT.write_text(f"""\
// SPDX-License-Identifier: Apache-2.0
// The Unicode properties of ECMA-262, made by tools/pattern_unicode.py out of Unicode {version}: change nothing here by hand.
#include "json_schema/pattern_unicode_table.h"

namespace holdfast::json_schema {{
namespace {{

// clang-format off
constexpr UnicodeRow kRows[] = {{
{text}}};
// clang-format on

}}  // namespace

std::span<const UnicodeRow> unicode_rows() {{
  return kRows;
}}

}}  // namespace holdfast::json_schema
""", encoding="ascii")


if __name__ == "__main__":
    main()
