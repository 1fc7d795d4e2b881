"""World production of the USGS editions 2022 to 2024: what is read of it, and what ships."""

import csv
from collections import Counter, defaultdict
from pathlib import Path

import build_usgs
import pytest
import usgs_editions
from saying import Naming
from test_editions import shipped  # noqa: F401 - a fixture

from graphkit.errors import GraphkitError
from graphkit.importers.report import FailedCheck
from graphkit.importers.usgs.masses import read_tables
from graphkit.schema import GRAPH
from graphkit.seeds.files import read_file

pytestmark = pytest.mark.long

ROOT = Path(__file__).parent.parent
DATA = Path(__file__).parent / "data" / "usgs_editions"
MEANINGS = read_tables(ROOT / "tools" / "usgs_editions.yaml")
TONNES = {"kg": 0.001, "t": 1.0, "kt": 1000.0}
PLACES = {
    "Russia": "RUS", "Korea, Republic of": "KOR", "Chile": "CHL", "Congo (Kinshasa)": "COD",
    "New Caledonia": "NCL", "France": "FRA", "Ukraine": "UKR",
}  # fmt: skip


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Rows of each edition of the excerpt, and the report of the run."""
    out = tmp_path_factory.mktemp("seeds")
    report = build_usgs.build(DATA.parent / "usgs", out)
    return {year: rows_of(out, year) for year in (2022, 2023, 2024)}, report


def rows_of(folder, year):
    seed = read_file(folder / "production" / f"mcs-{year}.yaml", folder, GRAPH)
    assert seed.problems == []
    return [{k: v for k, v in r.items() if v is not None} for r in seed.rows.to_pylist()]


def one(rows, **wanted):
    (row,) = [r for r in rows if wanted.items() <= r.items()]
    return row


@pytest.mark.parametrize(
    ("printed", "name", "detail", "estimated"),
    [
        ("Russiae", "Russia", "", True),
        ("Korea, Republic ofe", "Korea, Republic of", "", True),
        ("Korea, Republic of", "Korea, Republic of", "", False),
        ("Chile", "Chile", "", False),
        ("France", "France", "", False),
        ("New Caledonia11", "New Caledonia", "", False),
        ("New Caledonia (overseas territory of France)", "New Caledonia", "", False),
        ("Congo (Kinshasa)", "Congo (Kinshasa)", "", False),
        ("Russia (recoverable)", "Russia", "recoverable", False),
        ("Ukraine, concentrate", "Ukraine", "concentrate", False),
        ("World total (rounded)10", "World total (rounded)", "", False),
        ("World total (rounded), excluding United States", "World total (rounded)",
         "excludes U.S. production", False),
        ("Ruritaniae", "Ruritaniae", "", False),
    ],
)  # fmt: skip
def test_a_name_loses_its_footnote_and_nothing_else(printed, name, detail, estimated):
    assert usgs_editions._plain_name(printed, PLACES.get) == (name, detail, estimated)


def test_gallium_of_russia_is_an_estimate_by_the_letter_on_its_name(built):
    rows, _ = built

    russia = one(rows[2024], country="RUS", product="gallium", period="2022")
    china = one(rows[2024], country="CHN", product="gallium", period="2022")

    assert (russia["tonnes"], russia["estimated"]) == (5.0, True)
    assert "estimated" not in china


def test_the_last_year_of_an_edition_is_an_estimate(built):
    rows, _ = built

    for edition, last in ((2022, "2021"), (2023, "2022"), (2024, "2023")):
        figures = [r for r in rows[edition] if r["period"] == last and "tonnes" in r]
        assert figures
        assert all(r["estimated"] for r in figures)


def test_united_states_rutile_is_counted_with_its_ilmenite(built):
    rows, _ = built

    ilmenite = one(rows[2023], country="USA", product="ilmenite", period="2021")
    rutile = one(rows[2023], country="USA", product="rutile", period="2021")

    assert (ilmenite["tonnes"], ilmenite["note"]) == (100_000, "Ilmenite and rutile.")
    assert (rutile["qualifier"], "tonnes" in rutile) == ("included-elsewhere", False)


def test_boron_keeps_the_form_of_each_country(built):
    rows, _ = built
    forms = {r["country"]: r["basis"] for r in rows[2023] if r["product"] == "borates"}

    assert (forms["CHL"], forms["TUR"]) == ("ulexite", "refined borates")


def test_a_total_that_is_known_to_be_missed_says_so(built):
    rows, _ = built
    world = one(rows[2024], country="WLD", product="tantalum-ore", period="2022")

    assert (world["tonnes"], world["note"]) == (
        1_990, Naming("add up to 2,051 tonnes")
    )  # fmt: skip


def test_what_is_left_out_is_counted_with_its_reason(built):
    _, report = built

    assert any(line == Naming("left out … MCS 2024 … after 2021 … 16 figures") for line in report)
    assert any(line == Naming("left out … blank … MCS 2023 … 12 figures") for line in report)


@pytest.mark.long
@pytest.mark.parametrize(
    ("old", "new", "error", "message"),
    [
        ("China,Primary production,Prod_kg_2022,Prod,2022,,600000",
         "China,Primary production,Prod_kg_2022,Prod,2022,,900000", FailedCheck,
         r"usgs-mcs-2024: gallium, 2022, .* add up to 910,000 kg"),
        ("Mine production, tantalum content", "Tantalum", GraphkitError,
         r"production_before_2025: tanta \| Tantalum"),
        ("MCS2024,raree,Burma", "MCS2024,raree,Ruritania", GraphkitError, "country: Ruritania"),
        (",Prod_kg_2022,Prod,2022,,600000", ",Prod_kg_2022,Prod,2022,,plenty", GraphkitError,
         r"galli .* China \| 2022: found the figure 'plenty'"),
        (",Prod_kg_2022,Prod,2022,,600000", ",Prod_lb_2022,Prod,2022,,600000", GraphkitError,
         "found the column 'Prod_lb_2022'"),
        ('tantalum content",Prod_t_2022,Prod,2022,,1990',
         'tantalum content",Prod_t_2022,Prod,2022,,2050', GraphkitError,
         "no missed total .*tantalum-ore in 2022"),
    ],
)  # fmt: skip
def test_what_cannot_be_right_stops_the_build(tmp_path, old, new, error, message):
    (tmp_path / "usgs").symlink_to(DATA.parent / "usgs")
    name = "mcs2022_2024_world_long.csv"
    text = (DATA / name).read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "usgs_editions").mkdir()
    salient = "mcs2022_2024_us_salient_long.csv"
    (tmp_path / "usgs_editions" / salient).symlink_to(DATA / salient)
    changed = tmp_path / "usgs_editions" / name
    changed.write_text(text.replace(old, new), encoding="utf-8")

    with pytest.raises(error, match=message):
        build_usgs.build(tmp_path / "usgs", tmp_path / "out")
    assert not (tmp_path / "out").exists()


# --- what ships


@pytest.mark.parametrize("edition", [2022, 2023, 2024])
def test_every_table_of_an_edition_has_the_figures_and_sums_of_its_source(edition):
    """Against counts and sums of the source that were made without graphkit."""
    with (DATA / "totals.csv").open(encoding="utf-8", newline="") as file:
        tables = [row for row in csv.DictReader(file) if row["edition"] == str(edition)]
    codes = {row["chapter"] for row in tables}
    code_of = {r["product"]: r["code"] for r in MEANINGS["production"] if r["code"] in codes}
    counts: Counter[tuple[str, str]] = Counter()
    sums: defaultdict[tuple[str, str, bool], float] = defaultdict(float)
    for row in rows_of(ROOT / "seeds", edition):
        table = code_of[row["product"]], row["period"]
        counts[table] += 1
        sums[*table, row["country"] == "WLD"] += row.get("tonnes", 0.0)
    left_out = {("germa", edition), ("simet", 2023)}
    wanted = [row for row in tables if (row["chapter"], edition) not in left_out]

    assert wanted
    assert len(counts) == len(wanted)
    for row in wanted:
        table = row["chapter"], row["year"]
        # The unit of chromium is misprinted in 2023: usgs_editions.yaml says why.
        factor = TONNES["kt" if (row["chapter"], edition) == ("chrom", 2023) else row["unit"]]
        assert counts[table] == int(row["figures"]), table
        for name, world in (("sum_of_countries", False), ("sum_of_totals", True)):
            assert sums[*table, world] == pytest.approx(float(row[name]) * factor), table


def test_rare_earths_mined_from_2020_to_2025_are_of_the_newest_edition_of_each_year(shipped):  # noqa: F811
    rows = shipped.query("production-over-time", product="rare-earth-ore").to_pylist()

    of_world = [(row["period"], row["source"]) for row in rows if row["country"] == "WLD"]
    editions = [row for row in of_world if row[1].startswith("usgs-mcs")]
    assert editions == [
        ("2020", "usgs-mcs-2022"),
        ("2021", "usgs-mcs-2023"),
        ("2022", "usgs-mcs-2024"),
        ("2023", "usgs-mcs-2025"),
        ("2024", "usgs-mcs-2026"),
        ("2025", "usgs-mcs-2026"),
    ]


def test_a_country_of_a_year_has_the_figure_of_every_edition(shipped):  # noqa: F811
    rows = shipped.cypher(
        "MATCH (:Country {iso3: 'MMR'})-[made:PRODUCES]->(:Product {key: 'rare-earth-ore'}) "
        "RETURN made.period AS period, made.tonnes AS tonnes, made.source AS source "
        "ORDER BY period, source"
    ).to_pylist()
    figures = defaultdict(list)
    for row in rows:
        figures[row["period"]].append(row["tonnes"])

    assert figures["2021"] == [26_000, 35_000]
    assert figures["2022"] == [12_000, 12_000]
    assert figures["2023"] == [38_000, 43_000]
