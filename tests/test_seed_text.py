"""Seeds as text: what plain YAML means here, what is refused, bytes and characters."""

from itertools import pairwise

import pytest
from saying import Naming
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
        ("▶&x {key: a, name: A}", "anchor &x … plain values"),
        ("{key: ▶&x a, name: A}", "anchor &x … plain values"),
        ("{▶&x key: a, name: A}", "anchor &x … plain values"),
        ("{key: ▶!!str a, name: A}", "tag tag:yaml.org,2002:str … plain values"),
        ("{key: ▶! a, name: A}", "tag ! … plain values"),
        ("▶!!python/object/apply:os.system {key: a, name: A}", "tag tag:yaml.org,2002:python"),
        ("{key: a, name: A, ▶key: b}", "key 'key' twice … once"),
        ("{key: a, name: ▶*x}", "alias *x … value itself"),
        ("{key: a, name: A, aliases: ▶*x}", "alias *x … value itself"),
        ("{key: a, name: A, aliases: [▶*x]}", "alias *x … value itself"),
        ("▶*x", "alias *x … value itself"),
        ("{▶<<: {sector: b}, key: a, name: A}", "merge key (<<) … plain values"),
        ("{key: a, name: A}\n▶---\nkind: Stage", "second document … one a file"),
        ("{key: a, name: [[[[[▶[[[]]]]]]]]}", "more than 8 levels … 4"),
        (
            "▶{key: a, name: A\n",
            "not YAML … { without its } … line 6",
        ),
        ("{key: a, name: A}\n▶\t- b", "not YAML … a tab … blanks"),
        ("{key: a, name: ▶@A}", "not YAML … '@' … in quotes"),
        ('{key: a, name: "▶\\ud800"}', "not YAML … Unicode … escape"),
        ('{key: a, name: "▶\\q"}', "not YAML … escape"),
        ("{key: a, name: A}\n ▶rows: []", "not YAML … indent"),
        ('{key: a, name: ▶"A}', "not YAML … quote … never closed"),
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
    empty = "empty text … unknown"

    assert_told(
        tmp_path,
        {"uses.yaml": uses(row)},
        f"name … {empty}",
        f"aliases … {empty}",
        "key 'name' twice … once",
        "key 'aliases' twice … once",
    )


def test_an_anchor_and_its_aliases_are_told_each(tmp_path):
    text = uses("{key: a, name: ▶&x A}", "{key: b, name: ▶*x}", "{▶<<: ▶*x, key: c, name: C}")

    assert_told(
        tmp_path,
        {"uses.yaml": text},
        "anchor &x … plain values",
        "alias *x … value itself",
        "merge key (<<) … plain values",
        "alias *x … value itself",
    )


def test_the_rows_of_a_file_with_an_anchor_are_checked_all_the_same(tmp_path):
    row = "exporter: CHN, importer: ▶&korea KOR, period: 2024, usd: ▶▶&x -1"

    assert_told(
        tmp_path,
        {"trade.yaml": trade(row)},
        "anchor &korea … plain values",
        "anchor &x … plain values",
        "usd … '-1' … at least 0",
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

    assert Naming("8 levels … 4") == found or Naming("maximum nesting depth") == found


def test_a_file_over_the_limit_is_refused_unread(tmp_path):
    folder = seeds(tmp_path, {})
    with (folder / "huge.yaml").open("wb") as file:
        file.truncate(17 * 2**20)

    assert problems(folder) == [Naming("huge.yaml:1:1: … 16,777,216 bytes … at most")]


# --- the top of a file --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("▶", "no mapping … kind … rows"),
        ("▶# only a comment\n", "no mapping … kind … rows"),
        ("\n\n▶- a\n", "no mapping … kind … rows"),
        ("▶text\n", "no mapping … kind … rows"),
        ("kind: ▶Countri\nrows: []\n", "kind 'Countri' … 'Country'"),
        ("kind: ▶country\nrows: []\n", "kind 'country' … 'Country'"),
        ("kind: ▶DEPENDS_ON\nrows: []\n", "kind 'DEPENDS_ON'"),
        ("kind: ▶Load\nrows: []\n", "kind 'Load'"),
        ("kind: ▶[Code]\nrows: []\n", "kind a list"),
        ("▶rows: []\n", "no kind … Source, Dataset, Stage"),
        ("kind:▶\nrows: []\n", "no kind … Source, Dataset, Stage"),
        ("▶kind: Code\n", "neither rows nor a table"),
        ("kind: Code\nrows: []\n▶table: a.csv\n", "rows and a table … one"),
        ("kind: Code\nrows: ▶{code: 1}\n", "rows … a list"),
        ("kind: Code\nrows: ▶''\n", "rows … a list"),
        ("kind: Code\n▶row: []\nrows: []\n", "'row' … 'rows'"),
        ("kind: Code\ndefaults: ▶[a]\nrows: []\n", "defaults … a mapping"),
        ("kind: Code\ndefaults: ▶''\nrows: []\n", "defaults … a mapping"),
        ("kind: Code\ndefaults: {▶cod: 1}\nrows: []\n", "Code … 'cod'"),
        ("kind: Code\ndefaults: {code: ▶x}\nrows: []\n", "code … 'x' … text of the"),
        ("kind: Code\ndefaults: {code: ▶[1]}\nrows: []\n", "code … a list … text"),
        ("kind: EXPORTS\nunits: {tonnes: ▶lb}\nrows: []\n", "unit 'lb'"),
        ("kind: EXPORTS\nunits: {tonnes: ▶[kt]}\nrows: []\n", "unit a list"),
        ("kind: EXPORTS\nunits: {tonnes: ▶}\nrows: []\n", "unit null"),
        ("kind: EXPORTS\nunits: {▶basis: t}\nrows: []\n", "basis … no unit"),
        ("kind: EXPORTS\nunits: {▶mass: t}\nrows: []\n", "EXPORTS … 'mass'"),
        ("kind: Code\n▶columns: {code: a}\nrows: []\n", "columns without a table"),
        ("kind: Code\ntable: ▶[a.csv]\n", "table … .csv or .parquet"),
        ("kind: Code\ntable:▶\n", "table … .csv or .parquet"),
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
        "usd … 'x' … a number",
        "EXPORTS … 'foo'",
        "unit 'lb'",
        "basis … no unit",
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
        "usd … '-5' … at least 0",
        "invisible character U+200B",
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
        return "U+FFFD … lost"
    return f"invisible character U+{ord(character):04X}"


@pytest.mark.parametrize("character", CHARACTERS, ids=lambda c: f"U+{ord(c):04X}")
@pytest.mark.parametrize("line", ["# a▶{}b", "rows: [] # ▶{}", "▶{}"])
def test_an_invisible_character_is_refused_wherever_it_stands(tmp_path, character, line):
    text = ("kind: Code\nrows: []\n" if line.startswith("#") else "kind: Code\n") + line
    found = problems(seeds(tmp_path, {"a.yaml": text.format(character).replace("▶", "").encode()}))
    place = f"{text.count(chr(10)) + 1}:{line.index('▶') + 1}"

    assert Naming(f"a.yaml:{place}: … {refusal(character)}") in found


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
        "element … unknown … 'Dy'",
        "invisible character U+200B",
    )


def test_joiners_and_every_script_are_visible_text(tmp_path):
    name = "می\u200cخواهم 👩\u200d🔬 대한민국 Côte d’Ivoire \u00a0 \u3000 é"

    facts = read(tmp_path, uses=uses(f"{{key: a, name: {name}}}"))
    assert facts["Application"]["name"].to_pylist() == [name]


def test_a_byte_that_is_not_utf8_is_placed_by_characters_and_the_rest_still_read(tmp_path):
    rows = b"  - {key: a, name: C\xc3\xb4te \xf4}\n  - {key: \xe9, name: B}\n  - {key: c}\n"

    assert problems(seeds(tmp_path, {"uses.yaml": uses().encode() + rows})) == [
        Naming("uses.yaml:4:25: … byte 0xf4 … not UTF-8"),
        Naming("uses.yaml:5:11: … byte 0xe9 … not UTF-8"),
        Naming("uses.yaml:6:5: name … missing … Application"),
    ]


@pytest.mark.parametrize(
    "raw",
    [b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82"],
    ids=["overlong", "surrogate", "beyond Unicode", "cut off"],
)
def test_utf8_is_strict(tmp_path, raw):
    found = problems(seeds(tmp_path, {"a.yaml": b"kind: Code\nrows: []\n# " + raw + b"\n"}))

    assert found[0] == Naming(f"a.yaml:3:3: … byte 0x{raw[0]:02x} … not UTF-8")


def test_utf16_is_refused_in_one_line(tmp_path):
    assert problems(seeds(tmp_path, {"a.yaml": "kind: Code\nrows: []\n".encode("utf-16")})) == [
        Naming("a.yaml:1:1: … UTF-16 … UTF-8")
    ]


def test_a_binary_file_does_not_flood_the_screen(tmp_path):
    raw = b"kind: Code\nrows: []\n#" + b"\x00\xff" * 99_999

    found = problems(seeds(tmp_path, {"a.yaml": raw}))
    assert (len(found), found[-1]) == (101, Naming("a.yaml:3:102: … 199,898 more"))
