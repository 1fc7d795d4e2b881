"""A list of plants with their owners becomes facts of five kinds, or one line for each fault."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml
from long_cases import others_long
from saying import unsaid

from graphkit.errors import SeedError
from graphkit.importers.reference import read_reference
from graphkit.importers.table.drafts import draft_mapping
from graphkit.importers.table.importer import check_table, import_table
from graphkit.importers.table.plants import tonnes_in
from graphkit.seeds.facts import read_seeds

MAPPING = """\
kind: plants
columns: {name: Plant, country: Country, product: Commodity, capacity: Capacity, unit: Unit,
          owner: Owner, share: Share, latitude: Lat, longitude: Lon}
defaults: {type: smelter, basis: metal}
aliases: {product: {Nickel: nickel-refined, Cobalt: cobalt-metal}}
source: {key: register, title: A register of plants, publisher: A ministry, licence: not stated}
"""
HEADS = ("Plant", "Country", "Commodity", "Capacity", "Unit", "Owner", "Share", "Lat", "Lon")
ROWS = [
    ("Onsan Smelter", "Korea", "Nickel", 30, "kt/y", "A Zinc", "60 %", 35.4, 129.3),
    ("Onsan Smelter", "Korea", "Nickel", 30, "kt/y", "B Holding", "40 %", 35.4, 129.3),
    ("Onsan Smelter", "Korea", "Cobalt", 2_000, "Metric tons", "A Zinc", 0.6, 35.4, 129.3),
    ("Anyang Plant", "KOR", "Nickel", 7, "cells", "B Holding", None, None, None),
]


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return read_reference(tmp_path_factory.mktemp("none"))


def written(folder: Path, rows: list[tuple[Any, ...]], heads: tuple[str, ...] = HEADS) -> Path:
    path = folder / "plants.csv"
    lines = [",".join("" if cell is None else str(cell) for cell in row) for row in (heads, *rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def mapped(folder: Path, text: str = MAPPING) -> Path:
    path = folder / "map.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def facts(folder: Path, kind: str, *names: str) -> list[tuple[Any, ...]]:
    rows = read_seeds(folder)[kind].to_pylist()
    assert {row["source"] for row in rows} == {"register"}
    return sorted((tuple(row[name] for name in names) for row in rows), key=str)


def test_two_plants_of_one_country_are_two_and_a_capacity_of_two_owners_is_one(reference, tmp_path):
    import_table(written(tmp_path, ROWS), mapped(tmp_path), tmp_path / "seeds", reference)
    seeds = tmp_path / "seeds"

    assert facts(seeds, "Facility", "key", "name", "country", "type", "latitude") == [
        ("kor-anyang-plant", "Anyang Plant", "KOR", "smelter", None),
        ("kor-onsan-smelter", "Onsan Smelter", "KOR", "smelter", 35.4),
    ]
    names = ("facility", "product", "capacity", "unit", "tonnes", "basis")
    assert facts(seeds, "CAN_MAKE", *names) == [
        ("kor-anyang-plant", "nickel-refined", 7, "cells", None, "metal"),
        ("kor-onsan-smelter", "cobalt-metal", 2000, "Metric tons", 2000, "metal"),
        ("kor-onsan-smelter", "nickel-refined", 30, "kt/y", 30_000, "metal"),
    ]
    assert facts(seeds, "OWNS", "owner", "owned", "share") == [
        ("a-zinc", "kor-onsan-smelter", 0.6), ("b-holding", "kor-anyang-plant", None),
        ("b-holding", "kor-onsan-smelter", 0.4),
    ]  # fmt: skip
    assert facts(seeds, "Company", "key", "name") == [
        ("a-zinc", "A Zinc"), ("b-holding", "B Holding"),
    ]  # fmt: skip
    assert len(read_seeds(seeds)["PRODUCES"]) == 0


def test_the_mapping_of_the_documentation_reads_such_a_list(reference, tmp_path):
    page = (Path(__file__).parents[1] / "docs" / "import.md").read_text(encoding="utf-8")
    mapping = mapped(tmp_path, page.split("```yaml\n")[-1].split("```")[0])
    rows = [row[:7] for row in ROWS if row[2] == "Nickel"]
    import_table(written(tmp_path, rows, HEADS[:7]), mapping, tmp_path / "seeds", reference)

    assert facts(tmp_path / "seeds", "CAN_MAKE", "facility", "tonnes") == [
        ("kor-anyang-plant", None), ("kor-onsan-smelter", 30_000),
    ]  # fmt: skip


@pytest.mark.parametrize("seed", others_long(range(5), 2))
def test_the_order_of_columns_and_rows_changes_no_fact(reference, tmp_path, seed):
    random = Random(seed)
    places = random.sample(range(len(HEADS)), len(HEADS))
    rows = [tuple(row[p] for p in places) for row in random.sample(ROWS, len(ROWS))]
    heads = tuple(HEADS[p] for p in places)
    for name, table in (("one", (ROWS, HEADS)), ("other", (rows, heads))):
        (tmp_path / name).mkdir()
        path = written(tmp_path / name, *table)
        import_table(path, mapped(tmp_path), tmp_path / name / "seeds", reference)

    one, other = (read_seeds(tmp_path / name / "seeds") for name in ("one", "other"))
    for kind in ("Facility", "Company", "CAN_MAKE", "OWNS"):
        assert one[kind].equals(other[kind])


def test_lines_of_one_plant_are_added_up_where_the_mapping_says_so(reference, tmp_path):
    rows = [("Onsan Smelter", "KOR", "Nickel", n, "kt", "A Zinc", 1, None, None) for n in (10, 20)]
    with pytest.raises(SeedError, match=r"plants\.csv:3:4: capacity: .*\b20\b.*\b10\b.*line 2"):
        import_table(written(tmp_path, rows), mapped(tmp_path), tmp_path / "seeds", reference)
    added = MAPPING + "sum: [capacity]\n"
    import_table(written(tmp_path, rows), mapped(tmp_path, added), tmp_path / "seeds", reference)

    assert facts(tmp_path / "seeds", "CAN_MAKE", "capacity", "tonnes") == [(30, 30_000)]


def test_owners_of_owners_and_operators_are_facts_too(reference, tmp_path):
    heads = (*HEADS, "Parent", "Part", "Run by")
    mapping = MAPPING.replace("owner: Owner", "owner: Owner, parent: Parent, parent_share: Part, "
                              "operator: Run by")  # fmt: skip
    rows = [(*ROWS[0], "C Group", "51%", "Onsan Ltd."), (*ROWS[1], None, None, "Onsan Ltd.")]
    path = written(tmp_path, rows, heads)
    import_table(path, mapped(tmp_path, mapping), tmp_path / "seeds", reference)

    stakes = facts(tmp_path / "seeds", "OWNS", "owner", "owned", "share")
    assert ("c-group", "a-zinc", 0.51) in stakes
    assert facts(tmp_path / "seeds", "OPERATES", "company", "facility") == [
        ("onsan-ltd", "kor-onsan-smelter")
    ]


def bad(column: str, value: Any, row: int = 0) -> list[tuple[Any, ...]]:
    """Return the rows with another value in one cell."""
    rows = [list(one) for one in ROWS]
    rows[row][HEADS.index(column)] = value
    return [tuple(one) for one in rows]


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        (bad("Share", "140 %"), "plants.csv:2:7: share: … '1.4' … at most 1"),
        (bad("Share", "70 %", 1),
         "plants.csv:3:7: share: … 'kor-onsan-smelter' … 1.3 … at most 1"),
        (bad("Share", "50 %", 2),
         "plants.csv:4:7: share: … 0.5 … 0.6 … line 2 … owner"),
        (bad("Unit", None, 3), "plants.csv:5:4: capacity: … 7 … unit"),
        (bad("Country", "CHN", 2),
         "plants.csv:4:2: country: … CHN … 'Onsan Smelter' … KOR … line 2 … key"),
        ([*ROWS[:3], (*ROWS[3][:5], None, 0.5, None, None)],
         "plants.csv:5:7: share: … owner"),
        ([(*ROWS[3][:7], -35.4, 129.3)],
         "plants.csv:2:8: latitude: … -35.4, 129.3 … place … KOR:"),
        (bad("Commodity", None, 3),
         "plants.csv:5:4: capacity: … product"),
        (bad("Capacity", 31, 1),
         "plants.csv:3:4: capacity: … 31 … 30 … line 2 … product … sum: [capacity]"),
    ],
)  # fmt: skip
def test_a_bad_list_is_one_line_with_its_place(reference, tmp_path, rows, line):
    with pytest.raises(SeedError) as error:
        import_table(written(tmp_path, rows), mapped(tmp_path), tmp_path / "seeds", reference)

    assert unsaid(str(error.value), line) == []
    assert len(error.value.problems) == 1
    assert not (tmp_path / "seeds").exists()


def test_an_owner_of_itself_is_one_line(reference, tmp_path):
    mapping = MAPPING.split("columns")[0] + (
        "columns: {name: Plant, country: Country, owner: Owner, parent: Parent}\n"
        + MAPPING[MAPPING.index("source"):]
    )  # fmt: skip
    line = "plants.csv:2:4: owned: … 'a' … owner … itself"
    path = written(tmp_path, [("Plant", "KOR", "A", "A")], ("Plant", "Country", "Owner", "Parent"))
    with pytest.raises(SeedError) as error:
        import_table(path, mapped(tmp_path, mapping), tmp_path / "seeds", reference)

    assert unsaid(str(error.value), line) == []
    assert len(error.value.problems) == 1


# --- capacity is no production, and what may be added up


def test_a_column_called_capacity_is_never_production(reference, tmp_path):
    draft = draft_mapping(written(tmp_path, ROWS))
    assert yaml.safe_load(draft)["kind"] == "plants"
    assert "observed" not in draft

    text = MAPPING.replace("kind: plants", "kind: PRODUCES")
    head = "kind: PRODUCES\ncolumns: {country: Country, product: Commodity, tonnes: Capacity}\n"
    head += "defaults: {period: 2024, basis: content, observed: true}\n"
    mapping = head + text[text.index("aliases") :]
    problems = check_table(written(tmp_path, ROWS), mapped(tmp_path, mapping), reference).problems

    assert any(unsaid(str(problem), "no production … kind: plants") == [] for problem in problems)


PRODUCTION = """\
kind: PRODUCES
columns: {country: Country, product: Commodity, tonnes: Made}
defaults: {period: 2024, basis: content, observed: true}
aliases: {product: {Nickel: nickel-refined}}
source: {key: register, title: A register of plants, publisher: A ministry, licence: not stated}
"""
MADE = [("Korea", "Nickel", 4), ("KOR", "Nickel", 5), ("JPN", "Nickel", 1)]


def test_output_of_plants_is_added_up_by_country_where_the_mapping_says_so(reference, tmp_path):
    path = written(tmp_path, MADE, ("Country", "Commodity", "Made"))
    with pytest.raises(SeedError, match="duplicate"):
        import_table(path, mapped(tmp_path, PRODUCTION), tmp_path / "seeds", reference)
    added = mapped(tmp_path, PRODUCTION + "sum: [tonnes]\n")
    import_table(path, added, tmp_path / "seeds", reference)

    assert facts(tmp_path / "seeds", "PRODUCES", "country", "tonnes") == [("JPN", 1), ("KOR", 9)]


def test_an_empty_cell_is_not_added_up_as_nothing(reference, tmp_path):
    path = written(tmp_path, [*MADE, ("KOR", "Nickel", None)], ("Country", "Commodity", "Made"))
    added = mapped(tmp_path, PRODUCTION + "sum: [tonnes]\n")
    with pytest.raises(SeedError, match=r"plants\.csv:5:3: tonnes: .*no number"):
        import_table(path, added, tmp_path / "seeds", reference)


@pytest.mark.parametrize("name", ["country", "colour"])
def test_what_is_no_number_cannot_be_added_up(reference, tmp_path, name):
    path = written(tmp_path, MADE, ("Country", "Commodity", "Made"))
    with pytest.raises(SeedError, match="sum: "):
        check_table(path, mapped(tmp_path, PRODUCTION + f"sum: [{name}]\n"), reference)


@pytest.mark.parametrize(
    ("unit", "factor"),
    [("t", 1), ("Tonnes per year", 1), ("ktpa", 1e3), ("kmt", 1e3), ("kg/yr", 1e-3), ("Mt", None),
     ("cells", None), (None, None), ("m3", None)],
)  # fmt: skip
def test_only_units_of_mass_that_have_one_meaning_are_converted(unit, factor):
    assert tonnes_in(unit) == factor
