"""Seeds as text: what plain YAML means here, what is refused, bytes and characters."""

from itertools import pairwise

import pytest
from seed_problems import assert_told, problems, read, seeds, trade
from seed_texts import SMALL

KOREA = "exporter: CHN, importer: KOR, period: 2024"


def uses(*rows: str) -> str:
    """A file of applications."""
    head = "kind: Application\ndefaults: {source: customs}\nrows:\n"
    return head + "".join(f"  - {row}\n" for row in rows)


# --- scalars that YAML readers are known to turn into something else -------------------------


def test_norway_is_a_country_not_false(tmp_path):
    countries = read(tmp_path)["Country"].select(["iso3", "iso2"]).to_pylist()

    assert {"iso3": "NOR", "iso2": "NO"} in countries


@pytest.mark.parametrize(
    "text",
    [
        *("NO", "no", "on", "Off", "y", "true", "TRUE", "0102", "1_000", "12:30", "1e3", "0x1F"),
        *("2024-01-01", ".inf", "NaN", "=", "+1", "1.0", "NA", "None", "nil", "nulls", "~a", "0o1"),
    ],
)
def test_plain_text_stays_as_written(tmp_path, text):
    facts = read(tmp_path, uses=uses(f"{{key: {text}, name: {text}, aliases: [{text}]}}"))

    (row,) = facts["Application"].select(["key", "name", "aliases"]).to_pylist()
    assert row == {"key": text, "name": text, "aliases": [text]}


@pytest.mark.parametrize("text", ["", "~", "null", "Null", "NULL"])
def test_null_is_unknown_but_quoted_it_is_text(tmp_path, text):
    quoted = text or "x"
    facts = read(tmp_path, uses=uses(f'{{key: a, name: "{quoted}", sector: {text}}}'))

    (row,) = facts["Application"].select(["name", "sector"]).to_pylist()
    assert row == {"name": quoted, "sector": None}


def test_an_hs_code_keeps_its_leading_zero(tmp_path):
    code = "kind: Code\ndefaults: {source: customs}\nrows:\n  - {code: 0102, description: Cattle}\n"

    assert "0102" in read(tmp_path, more=code)["Code"]["code"].to_pylist()


@pytest.mark.parametrize(
    ("text", "number"),
    [("+5", 5.0), ("-0", 0.0), ("007", 7.0), ("1e3", 1000.0), ("1.50", 1.5), ('"8"', 8.0)],
)
def test_numbers_are_read_as_people_write_them(tmp_path, text, number):
    text = trade(f"exporter: CHN, importer: KOR, period: 2024, usd: {text}")

    assert read(tmp_path, trade=text)["EXPORTS"]["usd"].to_pylist() == [number]


@pytest.mark.parametrize("text", ["+5", "5", "005", "'5'"])
def test_whole_numbers_too(tmp_path, text):
    stages = SMALL["stages.yaml"].replace("position: 4", f"position: {text}")

    assert read(tmp_path, stages=stages)["Stage"]["position"].to_pylist() == [5]


def test_text_over_several_lines_is_text(tmp_path):
    row = "key: a\n    name: >-\n      one\n      two\n    sector: |\n      three\n      four"
    (found,) = read(tmp_path, uses=uses(row))["Application"].to_pylist()

    assert (found["name"], found["sector"]) == ("one two", "three\nfour\n")


# --- the parts of YAML that seeds do without ---------------------------------------------------


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("▶&x {key: a, name: A}", "found the anchor &x; wanted plain values"),
        ("{key: ▶&x a, name: A}", "found the anchor &x; wanted plain values"),
        ("{▶&x key: a, name: A}", "found the anchor &x; wanted plain values"),
        ("{key: ▶!!str a, name: A}", "found the tag tag:yaml.org,2002:str; wanted plain values"),
        ("{key: ▶! a, name: A}", "found the tag !; wanted plain values"),
        ("▶!!python/object/apply:os.system {key: a, name: A}", "found the tag tag:yaml.org,..."),
        ("{key: a, name: A, ▶key: b}", "found the key 'key' twice; wanted it once"),
        ("{key: a, name: ▶*x}", "found the alias *x; wanted the value itself"),
        ("{key: a, name: A, aliases: ▶*x}", "found the alias *x; wanted the value itself"),
        ("{key: a, name: A, aliases: [▶*x]}", "found the alias *x; wanted the value itself"),
        ("▶*x", "found the alias *x; wanted the value itself"),
        ("{▶<<: {sector: b}, key: a, name: A}", "found a merge key (<<); wanted plain values"),
        ("{key: a, name: A}\n▶---\nkind: Stage", "found a second document; wanted one a file"),
        ("{key: a, name: [[[[[▶[[[]]]]]]]]}", "found more than 8 levels of nesting; seeds need 4"),
        (
            "▶{key: a, name: A\n",
            "not YAML: found { without its }, or no comma between its parts, as line 6 shows",
        ),
        ("{key: a, name: A}\n▶\t- b", "not YAML: found a tab; wanted blanks to indent with"),
        ("{key: a, name: ▶@A}", "not YAML: found '@' where a value begins; wanted it in quotes"),
        ('{key: a, name: "▶\\ud800"}', "not YAML: found invalid Unicode character escape code"),
        ('{key: a, name: "▶\\q"}', "not YAML: found an escape that YAML does not have; ..."),
        ("{key: a, name: A}\n ▶rows: []", "not YAML: found a line whose indent fits none above it"),
        ('{key: a, name: ▶"A}', "not YAML: found a quote that is never closed"),
    ],
)
def test_what_seeds_do_without_is_refused_at_its_place(tmp_path, row, message):
    text = uses(row)
    if "\\ud800" in row:
        text = text.replace('"▶\\u', '"\\u▶')
    if "\n▶" in row and row.endswith("▶"):
        text = text.removesuffix("\n")

    assert_told(tmp_path, {"uses.yaml": text}, message)


def test_of_a_key_that_comes_twice_the_first_value_is_checked(tmp_path):
    row = '{key: a, name: ▶"", aliases: [▶"", x], ▶name: B, ▶aliases: [y, z]}'
    empty = "found empty text; leave the property out if it is unknown"

    assert_told(
        tmp_path,
        {"uses.yaml": uses(row)},
        f"name: {empty}",
        f"aliases: {empty}",
        "found the key 'name' twice; wanted it once",
        "found the key 'aliases' twice; wanted it once",
    )


def test_an_anchor_and_its_aliases_are_told_each(tmp_path):
    text = uses("{key: a, name: ▶&x A}", "{key: b, name: ▶*x}", "{▶<<: ▶*x, key: c, name: C}")

    assert_told(
        tmp_path,
        {"uses.yaml": text},
        "found the anchor &x; wanted plain values",
        "found the alias *x; wanted the value itself",
        "found a merge key (<<); wanted plain values",
        "found the alias *x; wanted the value itself",
    )


def test_the_rows_of_a_file_with_an_anchor_are_checked_all_the_same(tmp_path):
    row = "exporter: CHN, importer: ▶&korea KOR, period: 2024, usd: ▶▶&x -1"

    assert_told(
        tmp_path,
        {"trade.yaml": trade(row)},
        "found the anchor &korea; wanted plain values",
        "found the anchor &x; wanted plain values",
        "usd: found '-1', wanted at least 0",
    )


def test_a_bomb_of_aliases_is_refused(tmp_path):
    bomb = "a: &a [x, x, x, x, x, x, x, x]\n"
    for before, name in pairwise("abcdefghijkl"):
        bomb += f"{name}: &{name} [{', '.join([f'*{before}'] * 8)}]\n"
    found = problems(seeds(tmp_path, {"bomb.yaml": bomb}))

    assert sum("found the anchor" in line for line in found) == 12
    assert sum("found the alias" in line for line in found) == 11 * 8


@pytest.mark.parametrize("bracket", ["[", "{a: "])
def test_nesting_without_end_is_refused(tmp_path, bracket):
    (found,) = problems(seeds(tmp_path, {"a.yaml": "kind: Code\nrows: " + bracket * 200_000}))

    assert found.endswith(
        ("found more than 8 levels of nesting; seeds need 4", "exceeded maximum nesting depth")
    )


def test_a_file_over_the_limit_is_refused_unread(tmp_path):
    folder = seeds(tmp_path, {})
    with (folder / "huge.yaml").open("wb") as file:
        file.truncate(17 * 2**20)

    assert problems(folder) == [
        "huge.yaml:1:1: found over 16,777,216 bytes; wanted at most that (put rows in a table)"
    ]


# --- the top of a file --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("▶", "found no mapping; wanted kind, defaults and rows"),
        ("▶# only a comment\n", "found no mapping; wanted kind, defaults and rows"),
        ("\n\n▶- a\n", "found no mapping; wanted kind, defaults and rows"),
        ("▶text\n", "found no mapping; wanted kind, defaults and rows"),
        ("kind: ▶Countri\nrows: []\n", "found the kind 'Countri'; did you mean 'Country'?"),
        ("kind: ▶country\nrows: []\n", "found the kind 'country'; did you mean 'Country'?"),
        ("kind: ▶DEPENDS_ON\nrows: []\n", "found the kind 'DEPENDS_ON'..."),
        ("kind: ▶Load\nrows: []\n", "found the kind 'Load'..."),
        ("kind: ▶[Code]\nrows: []\n", "found the kind a list..."),
        ("▶rows: []\n", "found no kind, wanted one of Source, Dataset, Stage, ..."),
        ("kind:▶\nrows: []\n", "found no kind, wanted one of Source, Dataset, Stage, ..."),
        ("▶kind: Code\n", "found neither rows nor a table; wanted one of them"),
        ("kind: Code\nrows: []\n▶table: a.csv\n", "found rows and a table; wanted one of them"),
        ("kind: Code\nrows: ▶{code: 1}\n", "rows: wanted a list, one mapping a row"),
        ("kind: Code\nrows: ▶''\n", "rows: wanted a list, one mapping a row"),
        ("kind: Code\n▶row: []\nrows: []\n", "found 'row'; did you mean 'rows'?"),
        ("kind: Code\ndefaults: ▶[a]\nrows: []\n", "defaults: wanted a mapping"),
        ("kind: Code\ndefaults: ▶''\nrows: []\n", "defaults: wanted a mapping"),
        ("kind: Code\ndefaults: {▶cod: 1}\nrows: []\n", "Code has no property 'cod'; did you..."),
        ("kind: Code\ndefaults: {code: ▶x}\nrows: []\n", "code: found 'x', wanted text of the ..."),
        ("kind: Code\ndefaults: {code: ▶[1]}\nrows: []\n", "code: found a list, wanted text"),
        ("kind: EXPORTS\nunits: {tonnes: ▶lb}\nrows: []\n", "unknown unit 'lb'; wanted ..."),
        ("kind: EXPORTS\nunits: {tonnes: ▶[kt]}\nrows: []\n", "unknown unit a list; wanted ..."),
        ("kind: EXPORTS\nunits: {tonnes: ▶}\nrows: []\n", "unknown unit null; wanted ..."),
        ("kind: EXPORTS\nunits: {▶basis: t}\nrows: []\n", "basis has no unit"),
        ("kind: EXPORTS\nunits: {▶mass: t}\nrows: []\n", "EXPORTS has no property 'mass'..."),
        ("kind: Code\n▶columns: {code: a}\nrows: []\n", "found columns without a table; rows ..."),
        ("kind: Code\ntable: ▶[a.csv]\n", "table: wanted the name of a .csv or .parquet file"),
        ("kind: Code\ntable:▶\n", "table: wanted the name of a .csv or .parquet file"),
    ],
)  # fmt: skip
def test_the_top_of_a_file_is_checked(tmp_path, text, message):
    assert_told(tmp_path, {"a.yaml": text}, message)


def test_all_problems_of_a_top_are_told_together(tmp_path):
    text = (
        "kind: EXPORTS\ndefaults: {usd: ▶x, ▶foo: 1}\nunits: {tonnes: ▶lb, ▶basis: t}\nrows: []\n"
    )

    assert_told(
        tmp_path,
        {"a.yaml": text},
        "usd: found 'x', wanted a number",
        "EXPORTS has no property 'foo'...",
        "unknown unit 'lb'...",
        "basis has no unit",
    )


def test_rows_may_be_empty(tmp_path):
    facts = read(tmp_path, a="kind: Claim\nrows:\n", b="kind: Claim\nrows: []\n")

    assert facts["Claim"].num_rows == 0


# --- bytes and characters -----------------------------------------------------------------------


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
def test_places_count_lines_whatever_their_end(tmp_path, end):
    text = trade(f"{KOREA}, usd: ▶-5, basis: a▶\u200bb")

    assert_told(
        tmp_path,
        {"trade.yaml": text.replace("\n", end)},
        "usd: found '-5', wanted at least 0",
        "found the invisible character U+200B; wanted visible text",
    )


def test_line_ends_and_a_byte_order_mark_change_nothing(tmp_path):
    raw = SMALL["trade.yaml"].replace("\n", "\r\n").encode("utf-8-sig")

    assert read(tmp_path / "a", trade=raw).tables == read(tmp_path / "b").tables


CHARACTERS = [
    *("\x00", "\x08", "\x0c", "\x1b", "\x7f", "\x85", "\x9b", "\xad", "\u061c", "\u200b", "\u200e"),
    *("\u202e", "\u2028", "\u2066", "\ufeff", "\ufffe", "\uffff", "\ufffd", "\U000e0041"),
]


def refusal(character: str) -> str:
    if character == "\ufffd":
        return "found U+FFFD, which stands for a lost character; wanted the text before it was lost"
    return f"found the invisible character U+{ord(character):04X}; wanted visible text"


@pytest.mark.parametrize("character", CHARACTERS, ids=lambda c: f"U+{ord(c):04X}")
@pytest.mark.parametrize("line", ["# a▶{}b", "rows: [] # ▶{}", "▶{}"])
def test_an_invisible_character_is_refused_wherever_it_stands(tmp_path, character, line):
    text = ("kind: Code\nrows: []\n" if line.startswith("#") else "kind: Code\n") + line
    found = problems(seeds(tmp_path, {"a.yaml": text.format(character).replace("▶", "").encode()}))
    place = f"{text.count(chr(10)) + 1}:{line.index('▶') + 1}"

    assert f"a.yaml:{place}: {refusal(character)}" in found


@pytest.mark.parametrize("character", CHARACTERS, ids=lambda c: f"U+{ord(c):04X}")
def test_an_invisible_character_in_a_value_is_told_once(tmp_path, character):
    text = uses("{key: a, name: 'C▶@B'}", "{key: C▶@, name: D}", "{key: b, name: B, sec▶@tor: x}")

    assert_told(tmp_path, {"uses.yaml": text.replace("@", character)}, *[refusal(character)] * 3)


def test_what_refers_to_a_key_with_an_invisible_character_is_unknown(tmp_path):
    elements = SMALL["elements.yaml"].replace("key: Dy", "key: D▶\u200by")
    contains = SMALL["contains.yaml"].replace("element: Dy", "element: ▶Dy")

    assert_told(
        tmp_path,
        {"contains.yaml": contains, "elements.yaml": elements},
        "element: unknown element 'Dy'...",
        "found the invisible character U+200B; wanted visible text",
    )


def test_joiners_and_every_script_are_visible_text(tmp_path):
    name = "می\u200cخواهم 👩\u200d🔬 대한민국 Côte d’Ivoire \u00a0 \u3000 é"

    facts = read(tmp_path, uses=uses(f"{{key: a, name: {name}}}"))
    assert facts["Application"]["name"].to_pylist() == [name]


def test_a_byte_that_is_not_utf8_is_placed_by_characters_and_the_rest_still_read(tmp_path):
    rows = b"  - {key: a, name: C\xc3\xb4te \xf4}\n  - {key: \xe9, name: B}\n  - {key: c}\n"

    assert problems(seeds(tmp_path, {"uses.yaml": uses().encode() + rows})) == [
        "uses.yaml:4:25: found byte 0xf4, which is not UTF-8; wanted UTF-8 text",
        "uses.yaml:5:11: found byte 0xe9, which is not UTF-8; wanted UTF-8 text",
        "uses.yaml:6:5: name: missing; Application needs it (Name in English.)",
    ]


@pytest.mark.parametrize(
    "raw",
    [b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82"],
    ids=["overlong", "surrogate", "beyond Unicode", "cut off"],
)
def test_utf8_is_strict(tmp_path, raw):
    found = problems(seeds(tmp_path, {"a.yaml": b"kind: Code\nrows: []\n# " + raw + b"\n"}))

    assert found[0] == (
        f"a.yaml:3:3: found byte 0x{raw[0]:02x}, which is not UTF-8; wanted UTF-8 text"
    )


def test_utf16_is_refused_in_one_line(tmp_path):
    assert problems(seeds(tmp_path, {"a.yaml": "kind: Code\nrows: []\n".encode("utf-16")})) == [
        "a.yaml:1:1: found UTF-16; wanted UTF-8"
    ]


def test_a_binary_file_does_not_flood_the_screen(tmp_path):
    raw = b"kind: Code\nrows: []\n#" + b"\x00\xff" * 99_999

    found = problems(seeds(tmp_path, {"a.yaml": raw}))
    assert (len(found), found[-1]) == (
        101,
        "a.yaml:3:102: found 199,898 more of such characters from here",
    )
