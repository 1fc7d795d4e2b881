"""The rows of seeds: every problem of every file in one run, each at its exact place."""

from datetime import date

import pytest
from saying import Naming
from seed_problems import MARK, assert_told, problems, read, seeds, trade
from seed_texts import SMALL, write_seeds

from graphkit.errors import GraphkitError, SeedError
from graphkit.schema import GRAPH
from graphkit.seeds.facts import read_seeds
from graphkit.seeds.files import read_file
from graphkit.seeds.text import MOST_PROBLEMS

KOREA = "exporter: CHN, importer: KOR, period: 2024"
"""A flow that lacks nothing."""


def test_every_problem_of_every_file_is_told_in_one_run(tmp_path):
    assert_told(
        tmp_path,
        {
            "a.yaml": "kind: ▶Nothing\nrows: []\n",
            "countries.yaml": SMALL["countries.yaml"].replace("CN}", "▶china}"),
            "stages.yaml": SMALL["stages.yaml"].replace("position: 4", "position: ▶four, ▶tons: 1"),
            "trade.yaml": trade(
                "exporter: CHN, importer: KOR, period: ▶2024-Q7, usd: ▶-1",
                "exporter: CHN, importer: ▶XXX, period: 2024, tonnes: ▶.nan",
                "exporter: CHN, importer: KOR, period: 2023, hs: ▶999999",
            ),
            "z.yaml": "kind: Stage\nrows: [\n▶",
        },
        "kind 'Nothing'",
        "iso2 … 'china' … text of the form [A-Z]{2}",
        "position … 'four' … a whole number",
        "Stage … 'tons' … key, name, position, aliases, note, source",
        "period … '2024-Q7' … 2024, 2024-H1, 2024-Q1, 2024-03, 2021-2024 … 2025-01..2025-10",
        "usd … '-1' … at least 0",
        "importer … unknown … 'XXX' … nothing",
        "tonnes … '.nan' … a number",
        "hs … unknown … '999999' … nothing",
        "not YAML … no value",
    )


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("-5", "at least 0"),
        ("-1e-300", "at least 0"),
        ("1_000", "a number"),
        (".inf", "a number"),
        ("-.inf", "a number"),
        ("NaN", "a number"),
        ("nan", "a number"),
        ("Infinity", "a number"),
        ("1e999", "a finite number"),
        ("9" * 50 + "e290", "a finite number"),
        ("12:30", "a number"),
        ("0x1F", "a number"),
        ("0o17", "a number"),
        ("1 000", "a number"),
        ("1'000", "a number"),
        (".5", "a number"),
        ("5.", "a number"),
        ("1.2.3", "a number"),
        ("٣", "a number"),
        ("２", "a number"),
        ("-", "a number"),
        ("true", "a number"),
        ("5 t", "a number"),
    ],
)
def test_what_is_not_a_number_of_dollars_is_refused(tmp_path, value, wanted):
    row = f"{KOREA}, usd: {MARK}{value}"
    shown = repr(value) if len(value) < 50 else repr(value)[:57]

    assert_told(tmp_path, {"trade.yaml": trade(row)}, f"usd … {shown} … {wanted}")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (KOREA + ', usd: ▶"1\\n"', "usd … '1\\n' … a number"),
        (KOREA + ', usd: ▶" 1"', "usd … ' 1' … a number"),
        (KOREA + ', usd: ▶""', "usd … '' … a number"),
        (KOREA + ", usd: ▶[1]", "usd … a list … number"),
        (KOREA + ", basis: ▶{a: 1}", "basis … a mapping … text"),
        (KOREA + ", ▶usdd: 5", "EXPORTS … 'usdd' … 'usd'"),
        (KOREA + ", ▶year: 2024", "EXPORTS … 'year' … exporter"),
        (KOREA + ", ▶key: a", "EXPORTS … 'key' … exporter"),
        (KOREA + ", ▶7: 1", "EXPORTS … '7' … exporter"),
        (KOREA + ", ▶null: 1", "EXPORTS … 'null' … exporter"),
        (
            KOREA + ", hs_revision: ▶HS18",
            "hs_revision … 'HS18' … HS92, HS96",
        ),
        (
            KOREA + ', basis: ▶""',
            "basis … empty text … unknown",
        ),
        (KOREA + ', basis: ▶"  "', "basis … empty text … unknown"),
        (KOREA + ', basis: ▶"a\\u200bb"', "basis … invisible character U+200B"),
        (KOREA + ', basis: ▶"a\\0b"', "basis … invisible character U+0000"),
        (KOREA + ', basis: ▶"\\uFFFD"', "basis … U+FFFD … lost"),
        (KOREA.replace("KOR", '▶"KOR "'), "importer … 'KOR ' … single blanks"),
        (
            KOREA + ", dataset: ▶a  b",
            "dataset … 'a  b' … single blanks",
        ),
        (KOREA + ", dataset: ▶a\u00a0b", "dataset … 'a\\xa0b' … single blanks"),
        (KOREA + ', dataset: ▶"a\\nb"', "dataset … 'a\\nb' … single blanks"),
        ("▶? [a] : b", "key … not text … property's name"),
    ],
)
def test_a_problem_stands_at_its_value_or_its_key(tmp_path, row, message):
    row = row.replace("▶? [a]", "? ▶[a]")

    assert_told(tmp_path, {"trade.yaml": trade(row)}, message)


@pytest.mark.parametrize(
    ("period", "why"),
    [
        ("24", "2024-Q1 … 2021-2024"),
        ("1899", "2024-Q1 … 2021-2024"),
        ("2024-13", "2024-Q1 … 2021-2024"),
        ("2024-Q5", "2024-Q1 … 2021-2024"),
        ("2024-H3", "2024-Q1 … 2021-2024"),
        ("2024-1", "2024-Q1 … 2021-2024"),
        ("2024-01-01", "2024-Q1 … 2021-2024"),
        ("2024Q1", "2024-Q1 … 2021-2024"),
        ("２０２４", "2024-Q1 … 2021-2024"),
        ("2024-2020", "not later"),
        ("2024-2024", "not later"),
    ],
)
def test_what_is_not_a_period_is_refused(tmp_path, period, why):
    row = KOREA.replace("2024", MARK + period)

    assert_told(tmp_path, {"trade.yaml": trade(row)}, f"period … '{period}' … {why}")


def test_what_is_missing_stands_at_the_row_or_at_its_null(tmp_path):
    text = trade("▶", KOREA.replace("2024", "▶null"), KOREA.replace("2024", "▶")).replace(
        "- {▶}", "- ▶{exporter: CHN, importer: KOR}"
    )
    missing = "period … missing … EXPORTS … When"

    assert_told(tmp_path, {"trade.yaml": text}, missing, missing, missing)


def test_a_row_that_is_not_a_mapping_is_told_once(tmp_path):
    text = trade().replace("rows:\n", "rows:\n  - ▶CHN\n  -▶\n  - ▶[a]\n")
    wanted = "a mapping"

    assert_told(
        tmp_path,
        {"trade.yaml": text},
        f"'CHN' … {wanted}",
        f"null … {wanted}",
        f"a list … {wanted}",
    )


def products(row: str, defaults: str = "source: customs") -> str:
    return f"kind: Product\ndefaults: {{{defaults}}}\nrows:\n  - {{{row}}}\n"


def test_a_bad_item_of_a_list_is_found_in_the_list(tmp_path):
    row = "key: x, name: X, stage: metal, "
    row += "used_in: [motors, ▶rods, ▶motors], aliases: ▶metals"
    uses = "kind: Application\nrows:\n  - {key: motors, name: Motors, source: customs}\n"

    assert_told(
        tmp_path,
        {"more.yaml": products(row), "uses.yaml": uses},
        "used_in … unknown … 'rods' … nothing",
        "used_in … 'motors' twice … once",
        "aliases … 'metals' … a list of text",
    )


@pytest.mark.parametrize(
    ("inner", "shown"), [("null", "null"), ("[Dy]", "a list"), ("{a: b}", "a mapping")]
)
def test_a_list_holds_text_only(tmp_path, inner, shown):
    row = f"key: x, name: X, stage: metal, aliases: [metals, ▶{inner}]"

    assert_told(tmp_path, {"more.yaml": products(row)}, f"aliases … {shown} … text")


def test_the_same_wrong_property_is_told_in_every_row_that_has_it(tmp_path):
    text = trade(KOREA + ", ▶kilos: 1", KOREA.replace("2024", "2023") + ", ▶kilos: 1")
    wanted = "EXPORTS … 'kilos' … exporter"

    assert_told(tmp_path, {"trade.yaml": text}, wanted, wanted)


@pytest.mark.parametrize("text", ["yes", "True", "NO", "1", "on"])
def test_a_flag_is_true_or_false(tmp_path, text):
    elements = SMALL["elements.yaml"].replace("type: element", f"type: element, us_2025: ▶{text}")

    assert_told(tmp_path, {"elements.yaml": elements}, f"us_2025 … '{text}' … true or false")


@pytest.mark.parametrize("text", ["2025-02-29", "2025-4-4", "2025-04", "04.04.2025", "20250404"])
def test_a_date_is_a_day_of_the_calendar(tmp_path, text):
    row = f"key: a, country: CHN, since: ▶{text}, measure: quota, source: customs"

    assert_told(
        tmp_path,
        {"controls.yaml": f"kind: Control\nrows:\n  - {{{row}}}\n"},
        f"since … '{text}' … a date such as 2025-04-04",
    )


@pytest.mark.parametrize("text", ["4.0", "4e0", "9223372036854775808", "x"])
def test_what_is_not_a_whole_number_is_refused(tmp_path, text):
    stages = SMALL["stages.yaml"].replace("position: 4", f"position: ▶{text}")

    assert_told(tmp_path, {"stages.yaml": stages}, f"position … '{text}' … a whole number")


# --- units and defaults ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("unit", "given", "tonnes"),
    [
        ("t", "0.1", 0.1),
        ("kt", "1.1", 1100.0),
        ("kt", "0.0003", 0.3),
        ("Mt", "2.3", 2_300_000.0),
        ("kg", "1500", 1.5),
        ("kg", "0.7", 0.0007),
        ("kg", "79.7", 0.0797),
        ("kg", "3010", 3.01),
        ("kg", "0", 0.0),
        ("kg", "1e-9", 1e-12),
        ("kt", "0.00007", 0.07),
        ("Mt", "67990.01", 67_990_010_000.0),
        ("Mt", "1e7", 1e13),
    ],
)
def test_masses_are_turned_into_tonnes_exactly(tmp_path, unit, given, tonnes):
    text = trade(f"{KOREA}, tonnes: {given}").replace("rows:", f"units: {{tonnes: {unit}}}\nrows:")

    assert read(tmp_path, trade=text)["EXPORTS"]["tonnes"].to_pylist() == [tonnes]


def test_a_default_is_in_the_unit_of_the_file_too(tmp_path):
    text = trade(KOREA).replace("dataset: d", "dataset: d, usd: 3")
    text = text.replace("rows:", "units: {usd: kUSD}\nrows:")

    assert read(tmp_path, trade=text)["EXPORTS"]["usd"].to_pylist() == [3000.0]


OUTPUT = """\
kind: PRODUCES
defaults: {product: ree-metals, period: 2024, basis: gross, source: customs}
rows:
  - {country: WLD, tonnes: 300}
  - {country: CHN, tonnes: 310}
"""


def test_a_countrys_output_above_that_of_the_world_is_refused(tmp_path):
    """The world's figure may be rounded, and be only the least."""
    read(tmp_path, production=OUTPUT)
    above = OUTPUT.replace("310", "▶500")
    read(tmp_path, production=above.replace("▶", "").replace("300", "300, qualifier: more-than"))

    assert_told(
        tmp_path,
        {"production.yaml": above},
        "tonnes: found 500 t, wanted at most the world's 300 t",
    )


def test_a_message_is_cut(tmp_path):
    text = trade(f"exporter: CHN, importer: KOR, period: {'x' * 200_000}, usd: 1")
    (problem,) = problems(seeds(tmp_path, {"trade.yaml": text}))

    assert len(str(problem)) < 1_100
    assert "wanted 2024" in str(problem)


@pytest.mark.parametrize(
    ("unit", "value", "most"),
    [("usd: USD", "usd: ▶1.7e308", "100,000,000,000,000 USD"),
     ("tonnes: t", "tonnes: ▶9e15", "10,000,000,000,000 t"),
     ("tonnes: kt", "tonnes: ▶10000000001", "10,000,000,000,000 t")],
)  # fmt: skip
def test_a_figure_beyond_all_that_the_world_has_is_refused(tmp_path, unit, value, most):
    text = trade(f"{KOREA}, {value}").replace("rows:", f"units: {{{unit}}}\nrows:")
    name, _, number = value.replace("▶", "").partition(": ")

    assert_told(tmp_path, {"trade.yaml": text}, f"{name} … '{number}' … at most {most}")


def test_a_number_that_is_too_large_in_the_unit_of_the_graph_is_refused(tmp_path):
    text = trade(f"{KOREA}, usd: ▶1.7e308").replace("rows:", "units: {usd: MUSD}\nrows:")

    assert_told(tmp_path, {"trade.yaml": text}, "usd … '1.7e308' … a finite number")


def test_a_row_wins_over_a_default_and_null_says_unknown(tmp_path):
    rows = [KOREA.replace("2024", year) for year in ("2023", "2024, basis: REO", "2025, basis: ~")]
    text = trade(*rows).replace("dataset: d", "dataset: d, basis: gross")

    assert read(tmp_path, trade=text)["EXPORTS"]["basis"].to_pylist() == ["gross", "REO", None]


def test_a_default_list_is_taken_whole(tmp_path):
    rows = products("key: a, name: A, stage: metal", "source: customs, aliases: [Dy]")
    rows += "  - {key: b, name: B, stage: metal, aliases: []}\n"

    assert read(tmp_path, more=rows)["Product"]["aliases"].to_pylist() == [["Dy"], [], None]


def test_a_wrong_default_is_told_once_however_many_rows_take_it(tmp_path):
    text = trade(KOREA, KOREA.replace("2024", "2023")).replace(
        "dataset: d", "dataset: d, usd: ▶x, hs: ▶2805"
    )

    assert_told(
        tmp_path,
        {"trade.yaml": text},
        "usd … 'x' … a number",
        "hs … '2805' … nearest … 280530",
    )


def test_a_fact_without_a_source_does_not_load(tmp_path):
    changes = {
        name: text.replace("source: customs, ", "")
        .replace(", source: customs", "")
        .replace("defaults: {source: customs}\n", "")
        for name, text in SMALL.items()
        if name != "sources.yaml"
    }
    found = problems(seeds(tmp_path, changes))

    assert len(found) == sum(text.count("  - {") for text in changes.values())
    assert all("source: missing; " in line for line in found)


# --- references, duplicates, sums -----------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("KORE", "nearest … KOR"),
        ("China", "key … 'CHN'"),
        ("korea", "key … 'KOR'"),
        ("SOUTH KOREA", "key … 'KOR'"),
        ("Nowray", "nearest … NOR"),
        ("Dy", "nothing"),
    ],
)
def test_a_reference_is_a_key_and_the_hint_says_which(tmp_path, name, hint):
    row = KOREA.replace("CHN", MARK + name)

    assert_told(tmp_path, {"trade.yaml": trade(row)}, f"exporter … unknown … '{name}' … {hint}")


def test_the_title_of_a_source_is_not_its_key(tmp_path):
    row = f"{KOREA}, source: ▶Customs figures"

    assert_told(
        tmp_path,
        {"trade.yaml": trade(row)},
        "source … 'Customs figures' … key … 'customs'",
    )


ELEMENTS = "kind: Element\ndefaults: {source: customs}\nrows:\n"
THIS_YEAR = date.today().year


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("sources", "kind: Source\nrows:\n  - {key: customs, title: A, publisher: B, licence: C, "
         "url: ▶www.usgs.gov}\n", r"url … 'www.usgs.gov' … text of the form"),
        ("codes", "kind: Code\ndefaults: {source: customs}\nrows:\n"
         "  - {code: 280530, description: a}\n  - {code: ▶2805301, description: b}\n",
         "code … '2805301' … text of the form"),
        ("areas", 'kind: Area\ndefaults: {source: customs, type: world}\nrows:\n'
         '  - {iso3: WLD, name: ▶"The\\nworld"}\n', "name … a line break … one line"),
        ("areas", "kind: Area\ndefaults: {source: customs, type: world}\nrows:\n"
         f"  - {{iso3: WLD, name: ▶{'W' * 1001}}}\n",
         "name … 1,001 characters … at most 1,000"),
        ("areas", "kind: Area\ndefaults: {source: customs, type: world}\nrows:\n"
         "  - {iso3: WLD, name: World, note: ▶the CÃ´te}\n",
         "note … 'CÃ´te' … UTF-8 … Windows-1252 … 'Côte'"),
        ("elements", ELEMENTS + "  - {key: Dy, name: D, type: element, atomic_number: 66}\n"
         "  - {key: ▶Tb, name: Neodymium, type: element, atomic_number: 60}\n",
         "key … 'Tb' … Nd, the symbol of 60"),
        ("elements", ELEMENTS + "  - {key: Dy, name: D, type: element}\n"
         "  - {key: ▶ND, name: Neodymium, type: element}\n",
         "key … 'ND' … symbol … Nd"),
        ("elements", ELEMENTS + "  - {key: Dy, name: ▶Terbium, type: element}\n",
         "name … 'Terbium' … Dysprosium … Dy … Terbium … Tb"),
        ("elements", ELEMENTS + "  - {key: Dy, name: D, type: element, aliases: [▶aluminium]}\n",
         "aliases … 'aluminium' … Dysprosium … Dy … Aluminum … Al"),
        ("elements", ELEMENTS + "  - {key: Dy, name: D, type: element, atomic_number: ▶166}\n",
         "atomic_number … 166 … 66, the number of Dy"),
        ("elements", ELEMENTS + "  - {key: Dy, name: D, type: element, atomic_weight: ▶158.93}\n",
         "atomic_weight … 158.93 … about 162.5 … weight of Dy"),
        ("contains", "kind: CONTAINS\ndefaults: {source: customs, role: main}\nrows:\n"
         "  - {product: ree-metals, element: ▶DY}\n",
         "element … 'DY' … key … 'Dy'"),
        ("trade", trade("exporter: KOR, importer: ▶KOR, period: 2024"),
         "importer … 'KOR' on both sides … two countries"),
        ("trade", trade(f"exporter: JPN, importer: KOR, period: ▶{THIS_YEAR + 1}"),
         f"period … '{THIS_YEAR + 1}' … nothing after {THIS_YEAR}"),
    ],
)  # fmt: skip
def test_what_cannot_be_right_is_refused(tmp_path, name, text, message):
    assert_told(tmp_path, {f"{name}.yaml": text}, message)


def test_what_looks_wrong_and_can_be_right_is_read(tmp_path):
    year = THIS_YEAR + 9
    claim = "kind: Claim\nrows:\n  - {key: c, kind: share, period: %d, source: customs}\n"
    facts = read(
        tmp_path,
        trade=trade("exporter: WLD, importer: WLD, period: 2024"),
        claims=claim % year,
        areas=SMALL["areas.yaml"] + "  - {iso3: XX, name: «CAFÉ» São Côte, type: rest}\n",
    )
    assert facts["Claim"]["period"].to_pylist() == [str(year)]
    assert len(facts["EXPORTS"]) == 1


def test_an_element_may_have_other_names_and_a_rounded_weight(tmp_path):
    elements = (
        "  - {key: Dy, name: 镝, type: element, atomic_number: 66, atomic_weight: 163}\n"
        "  - {key: Al, name: aluminium, type: element, aliases: [Aluminum], atomic_weight: 27}\n"
        "  - {key: Tc, name: Technetium, type: element, atomic_weight: 99}\n"
        "  - {key: Nb, name: Niobium, type: element, aliases: [columbium]}\n"
        "  - {key: Iron ore, name: Iron, type: mineral}\n"
    )
    assert len(read(tmp_path, elements=ELEMENTS + elements)["Element"]) == 5


def test_nodes_that_could_not_be_read_are_not_missed_elsewhere(tmp_path):
    assert_told(
        tmp_path,
        {
            "countries.yaml": SMALL["countries.yaml"] + "  - {iso3: A}▶}\n",
            "trade.yaml": trade(f"{KOREA}, hs: ▶1"),
        },
        "not YAML",
        "hs … unknown … '1' … nothing",
    )


def test_many_unknown_names_are_all_told(tmp_path):
    rows = [KOREA.replace("KOR", f"X{number}") for number in range(MOST_PROBLEMS)]

    assert len(problems(seeds(tmp_path, {"trade.yaml": trade(*rows)}))) == MOST_PROBLEMS


@pytest.mark.parametrize("other", ["b.yaml", "z.yaml"])
def test_a_duplicate_names_both_places(tmp_path, other):
    files = {"trade.yaml": trade(KOREA + ", usd: 1"), other: "# \n" + trade(KOREA)}
    places = {"trade.yaml": "trade.yaml:4:5", other: f"{other}:5:5"}
    first, second = (places[name] for name in sorted(places))

    assert problems(seeds(tmp_path, files)) == [
        Naming(f"{second}: duplicate EXPORTS CHN|KOR|ree-metals|||2024|importer|d … {first}")
    ]


def test_a_duplicate_node_stands_at_its_key(tmp_path):
    countries = SMALL["countries.yaml"] + "  - {name: Nippon, iso3: ▶JPN}\n"

    assert_told(
        tmp_path,
        {"countries.yaml": countries},
        "iso3 … duplicate Country JPN … countries.yaml:5:12",
    )


def test_a_fact_given_three_times_is_told_twice(tmp_path):
    found = problems(seeds(tmp_path, {"trade.yaml": trade(KOREA, KOREA, KOREA)}))

    assert [line.rpartition("; ")[2] for line in found] == ["first at trade.yaml:4:5"] * 2


def test_rows_that_lack_a_part_of_their_key_are_not_called_duplicates(tmp_path):
    row = "exporter: CHN, importer: KOR"
    found = problems(seeds(tmp_path, {"trade.yaml": trade(row, row, KOREA, KOREA)}))

    assert ["missing" in line for line in found] == [True, True, False]


def test_a_bar_in_a_key_does_not_make_two_facts_one(tmp_path):
    holds = (
        "kind: HOLDS\ndefaults: {country: CHN, product: ree-metals, period: 2024}\nrows:\n"
        "  - {basis: 'b|s', source: customs}\n  - {basis: b, source: 's|customs'}\n"
    )
    sources = SMALL["sources.yaml"]
    sources += "  - {key: s|customs, title: T, publisher: P, licence: L}\n"

    assert len(read(tmp_path, holds=holds, sources=sources)["HOLDS"]) == 2


def test_a_key_is_a_country_or_an_area_not_both(tmp_path):
    areas = SMALL["areas.yaml"] + "  - {iso3: JPN, name: Japan, type: rest}\n"

    assert problems(seeds(tmp_path, {"areas.yaml": areas})) == [
        Naming("countries.yaml:5:12: iso3", "'JPN' … Area at areas.yaml:5:12")
    ]


def produces(*rows: str) -> str:
    head = "kind: PRODUCES\ndefaults: {product: ree-metals, period: 2024, source: customs}\nrows:\n"
    return head + "".join(f"  - {{{row}}}\n" for row in rows)


@pytest.mark.parametrize(
    ("text", "wanted"), [("1.01", "at most 1"), ("47.5", "at most 1"), ("-0.1", "at least 0")]
)
def test_a_share_is_zero_to_one(tmp_path, text, wanted):
    made = produces(f"country: CHN, share: ▶{text}")

    assert_told(tmp_path, {"made.yaml": made}, f"share … '{text}' … {wanted}")


@pytest.mark.parametrize(("name", "value"), [("value", "47.5"), ("high", "98"), ("low", "-1")])
def test_a_claimed_share_is_zero_to_one(tmp_path, name, value):
    row = f"key: a, kind: share, unit: share, {name}: ▶{value}, source: customs"

    assert_told(
        tmp_path,
        {"claims.yaml": f"kind: Claim\nrows:\n  - {{{row}}}\n"},
        f"{name} … {value} … 0 to 1 … share",
    )


def test_another_claimed_figure_may_be_larger(tmp_path):
    rows = ("key: a, kind: quantity, unit: t, value: 47.5", "key: b, kind: count, value: 47.5")
    claims = "kind: Claim\ndefaults: {source: customs}\nrows:\n"
    claims += "".join(f"  - {{{row}}}\n" for row in rows)

    assert read(tmp_path, claims=claims)["Claim"]["value"].to_pylist() == [47.5, 47.5]


def test_production_shares_add_up_to_at_most_105_percent(tmp_path):
    fits = ["country: CHN, share: 0.7", "country: JPN, share: 0.35"]
    read(tmp_path / "a", made=produces(*fits))

    assert_told(
        tmp_path / "b",
        {"made.yaml": produces(*fits, "country: KOR, share: ▶0.01")},
        "share … ree-metals, 2024, customs … 106.0% … at most 105 %",
    )


def test_production_shares_of_other_periods_bases_and_sources_are_other_sums(tmp_path):
    sources = SMALL["sources.yaml"] + "  - {key: other, title: T, publisher: P, licence: L}\n"
    scopes = ("", ", period: 2023", ", source: other, country: JPN", ", basis: REO, country: KOR")
    rows = [f"share: 1, country: CHN{scope}" for scope in scopes[:2]]
    rows += [f"share: 1{scope}" for scope in scopes[2:]]

    assert len(read(tmp_path, made=produces(*rows), sources=sources)["PRODUCES"]) == 4


def test_world_and_groups_are_not_added_to_their_members_but_the_rest_is(tmp_path):
    areas = SMALL["areas.yaml"] + (
        "  - {iso3: EU27, name: EU, type: group}\n  - {iso3: XOC, name: Others, type: rest}\n"
    )
    shares = {"CHN": 0.9, "WLD": 1, "EU27": 0.3}
    rows = [f"country: {country}, share: {share}" for country, share in shares.items()]
    read(tmp_path / "a", made=produces(*rows), areas=areas)
    rows.append("country: XOC, share: ▶0.2")

    assert_told(
        tmp_path / "b",
        {"made.yaml": produces(*rows), "areas.yaml": areas},
        "share … ree-metals, 2024, customs … 110.0% … at most 105 %",
    )


def test_a_range_and_a_span_end_after_they_begin(tmp_path):
    span = "since: 2025-04-04, until: ▶2025-04-03"
    row = f"key: a, country: CHN, {span}, measure: quota, source: customs"

    assert_told(
        tmp_path,
        {
            "made.yaml": produces("country: CHN, low: 10, high: ▶9.5"),
            "r.yaml": f"kind: Control\nrows:\n  - {{{row}}}\n",
        },
        "high … 9.5 … at least low (10.0)",
        "until … 2025-04-03 … at least since (2025-04-04)",
    )


# --- the whole -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["gone", "empty", "a" * 300, "nul\0"])
def test_no_seeds_at_all_is_one_clear_message(tmp_path, name):
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "notes.txt").write_text("kind: Code")

    with pytest.raises(GraphkitError, match=r"^no seeds at ") as failed:
        read_seeds(tmp_path / name)
    assert not isinstance(failed.value, SeedError)


def test_one_file_can_be_read_alone(tmp_path):
    folder = seeds(tmp_path, {})

    assert len(read_seeds(folder / "sources.yaml")["Source"]) == 1
    assert problems(folder / "stages.yaml") == [
        Naming("stages.yaml:2:20: source … unknown … 'customs' … nothing")
    ]


@pytest.mark.parametrize(("period", "wrong"), [("2024", False), ("24", True)])
def test_places_are_looked_up_only_when_something_is_wrong(tmp_path, period, wrong):
    text = trade().replace("rows:\n", "table: t.csv\n")
    csv = "exporter,importer,period\nCHN,KOR,{}\n"
    folder = seeds(tmp_path, {"t.yaml": text, "t.csv": csv.format(period).encode()})
    table = read_file(folder / "t.yaml", folder, GRAPH).locations.table
    stages = SMALL["stages.yaml"].replace("metal", '""' if wrong else "metal")
    seeds(tmp_path, {"stages.yaml": stages})
    yaml = read_file(folder / "stages.yaml", folder, GRAPH).locations.yaml

    assert ("_records" in vars(table), "_marked" in vars(yaml)) == (wrong, wrong)


def test_a_problem_is_one_line_whatever_its_file_is_called(tmp_path):
    folder = write_seeds(tmp_path / "seeds", {"two\nlines \x1b[2J ü.yaml": "kind: Stagge\n"})

    with pytest.raises(SeedError) as caught:
        read_seeds(folder)
    (problem,) = caught.value.problems
    assert str(problem).startswith(r"two\nlines \x1b[2J ü.yaml:1:7: ")
    assert "\n" not in str(problem)
