"""The tool that makes the USGS seeds, on real excerpts of both releases."""

import csv
import shutil
from pathlib import Path

import build_usgs
import pytest
from saying import unsaid

from graphkit.errors import GraphkitError
from graphkit.importers.report import FailedCheck
from graphkit.importers.usgs.figures import read_figure
from graphkit.importers.usgs.layouts import read_notes
from graphkit.importers.usgs.masses import read_chapters, read_tables
from graphkit.schema import GRAPH
from graphkit.seeds.files import read_file

pytestmark = pytest.mark.long

ROOT = Path(__file__).parent.parent
DATA = Path(__file__).parent / "data"
MAPPING = {**read_chapters()[0], **read_tables(ROOT / "tools" / "usgs_claims.yaml")}


@pytest.fixture(scope="module")
def seeds(tmp_path_factory):
    """The seeds of the excerpts, and the report of the run."""
    out = tmp_path_factory.mktemp("seeds")
    return out, build_usgs.build(DATA / "usgs", out)


@pytest.fixture(scope="module")
def facts(seeds):
    """Rows of a seed file as the graph reads them: typed, in tonnes, what is absent left out."""
    out, _ = seeds

    def rows(name):
        seed = read_file(out / f"{name}.yaml", out, GRAPH)
        assert seed.problems == []
        return [{k: v for k, v in r.items() if v is not None} for r in seed.rows.to_pylist()]

    return rows


@pytest.fixture
def fact(facts):
    """The one row of a seed file that has these values."""

    def one(name, **wanted):
        (row,) = [r for r in facts(name) if wanted.items() <= r.items()]
        return row

    return one


@pytest.mark.parametrize(
    ("printed", "value", "low", "high", "qualifier"),
    [
        ("1,270,000", 1270000.0, None, None, None),
        ("5900000", 5900000.0, None, None, None),
        ("—", 0.0, None, None, None),
        (">95", None, 95.0, None, "more-than"),
        ("<25", None, None, 25.0, "less-than"),
        ("10,000 - 15,000", None, 10000.0, 15000.0, "range"),
        ("W", None, None, None, "withheld"),
        ("NA", None, None, None, "not-available"),
        ("E", None, None, None, "net-exporter"),
        ("XX", None, None, None, "not-applicable"),
        ("s", None, None, None, "included-elsewhere"),
        ("Large", None, None, None, "not-available"),
    ],
)
def test_a_figure_is_read_as_it_is_printed(printed, value, low, high, qualifier):
    figure = read_figure(printed)

    assert (figure.value, figure.low, figure.high, figure.qualifier) == (
        value,
        low,
        high,
        qualifier,
    )
    assert figure.published == (None if value is not None else printed)


@pytest.mark.parametrize("printed", ["", "about 5", "1.2.3", ">many", "-5"])
def test_what_is_not_a_figure_is_refused(printed):
    with pytest.raises(GraphkitError, match="wanted a number"):
        read_figure(printed)


def test_notes_are_sentences_without_the_pointer_to_the_appendix():
    appendix = "See Appendix C for resource and reserve definitions and information concerning data"
    text = f"{appendix} sources. -- Includes Hong\xa0Kong -- Estimated."

    assert read_notes(text) == ("Includes Hong Kong.", "Estimated.")


def test_rare_earths_mined_in_china_in_2024_are_as_printed(fact):
    row = fact("production/rare-earths", country="CHN", period="2024")

    assert row["tonnes"] == 270_000
    assert row["basis"] == "REO"
    # The printed total is 380,000 t; the countries and the others add up to 384,000 t.
    assert row["share"] == pytest.approx(270_000 / 384_000, abs=1e-6)
    assert row["estimated"] is True
    assert unsaid(row["note"], "withdrew", "production quota") == []
    assert (row["source"], row["observed"]) == ("usgs-mcs-2026", True)


def test_a_figure_that_the_source_reports_is_not_marked_as_an_estimate(fact):
    row = fact("production/rare-earths", country="USA", period="2024")

    assert (row["tonnes"], row["note"]) == (45_500, "Reported.")
    assert "estimated" not in row


def test_every_figure_of_2025_is_an_estimate(facts):
    rows = [r for name in ("antimony", "copper", "gallium", "rare-earths", "yttrium")
            for r in facts(f"production/{name}") if r["period"] == "2025"]  # fmt: skip

    for row in rows:
        assert row.get("estimated", False) is ("tonnes" in row or "low" in row)


def test_gallium_stays_in_kilograms_in_the_file_and_is_read_in_tonnes(seeds, fact):
    text = (seeds[0] / "production" / "gallium.yaml").read_text(encoding="utf-8")

    assert "units: {tonnes: kg}\n" in text
    assert "{country: CHN, period: 2024, tonnes: 839000, " in text
    assert fact("production/gallium", country="CHN", period="2024")["tonnes"] == 839.0


def test_copper_in_thousand_tonnes_is_read_in_tonnes(fact):
    row = fact("production/copper", country="CHL", product="copper-ore", period="2024")

    assert row["tonnes"] == 5_510_000


def test_mine_and_refinery_of_a_country_stay_two_facts(fact):
    mined = fact("production/copper", country="CHN", product="copper-ore", period="2024")
    refined = fact("production/copper", country="CHN", product="copper-refined", period="2024")

    assert (mined["tonnes"], refined["tonnes"]) == (1_840_000, 12_400_000)
    assert refined["share"] == pytest.approx(12_400 / 27_600, abs=1e-6)


def test_the_world_total_is_rounded_and_has_no_share(fact):
    row = fact("production/antimony", country="WLD", period="2024")

    assert (row["tonnes"], row["qualifier"]) == (119_000, "rounded")
    assert "share" not in row
    assert unsaid(row["note"], "not include … United States") == []


def test_the_others_of_a_table_are_an_area_with_a_share(fact):
    row = fact("production/rare-earths", country="XOC", period="2024")

    assert (row["tonnes"], row["share"]) == (1_000, pytest.approx(1_000 / 384_000, abs=1e-6))


def test_a_withheld_figure_has_no_tonnes_and_a_dash_is_zero(fact):
    dash = fact("production/antimony", country="USA", period="2024")
    withheld = fact("production/antimony", country="USA", period="2025")

    assert (dash["tonnes"], dash["share"]) == (0, 0)
    assert (withheld["qualifier"], withheld["published_value"]) == ("withheld", "W")
    assert not {"tonnes", "share", "estimated"} & set(withheld)


def test_a_range_keeps_both_its_ends_and_gets_no_middle(facts):
    (row,) = facts("production/yttrium")

    assert (row["country"], row["low"], row["high"]) == ("WLD", 10_000, 15_000)
    assert (row["qualifier"], row["published_value"]) == ("range", "10,000 - 15,000")
    assert not {"tonnes", "share", "note"} & set(row)


def test_mcs_2025_gives_the_year_2023_as_a_source_of_its_own(fact):
    row = fact("production/rare-earths-mcs-2025", country="CHN", period="2023")

    assert (row["period"], row["source"], row["tonnes"]) == ("2023", "usgs-mcs-2025", 255_000)
    assert row["share"] == pytest.approx(255_000 / 376_090, abs=1e-6)


def test_an_estimate_of_2023_is_told_by_its_note(fact):
    russia = fact("production/copper-mcs-2025", country="RUS", product="copper-ore", period="2023")
    chile = fact("production/copper-mcs-2025", country="CHL", product="copper-ore", period="2023")

    assert russia["estimated"] is True
    assert "note" not in russia
    assert "estimated" not in chile


def test_a_blank_cell_of_mcs_2025_gives_no_row_and_is_counted(seeds, facts):
    _, report = seeds
    countries = {r["country"] for r in facts("production/rare-earths-mcs-2025")}

    assert not {"CAN", "GRL", "TZA", "ZAF"} & countries
    # Rare earths 4; mined copper 3; gallium 2.
    assert any(unsaid(line, "blank in MCS 2025: 9 rows … 2023") == [] for line in [*report])


def test_boron_keeps_the_form_of_each_country_and_gets_no_share(facts):
    rows = [r for r in facts("production/boron-mcs-2025") if r["period"] == "2023"]

    assert {r["country"]: r["basis"] for r in rows if r["country"] in ("CHL", "TUR", "USA")} == {
        "CHL": "ulexite",
        "TUR": "refined borates",
        "USA": "all forms",
    }
    assert not any("share" in r for r in rows)
    assert [r["qualifier"] for r in rows if r["country"] == "WLD"] == ["not-applicable"]


def test_a_unit_that_cannot_be_right_is_put_right_and_said(fact):
    titanium = fact(
        "production/titanium-mineral-concentrates-mcs-2025",
        country="CHN",
        product="ilmenite",
        period="2023",
    )
    vanadium = fact("reserves/vanadium", country="CHN")

    assert titanium["tonnes"] == 3_250_000
    assert vanadium["tonnes"] == 5_800_000
    assert unsaid(titanium["note"], "release prints metric tons") == []
    assert unsaid(vanadium["note"], "release prints metric tons") == []


def test_rutile_counted_with_ilmenite_is_included_elsewhere(fact):
    row = fact(
        "production/titanium-mineral-concentrates-mcs-2025",
        country="USA",
        product="rutile",
        period="2023",
    )

    assert row["qualifier"] == "included-elsewhere"
    assert "tonnes" not in row


def test_countries_that_do_not_add_up_to_the_world_stop_the_build(tmp_path):
    usgs = _changed(tmp_path, "Value", "839,000", "2839,000")

    with pytest.raises(FailedCheck, match=r"gallium, 2024, .* 2,848,000 kg.* 848,000"):
        build_usgs.build(usgs, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_bound_on_reserves_is_kept_as_printed_with_its_unit(fact):
    row = fact("reserves/rare-earths", country="WLD")

    assert (row["qualifier"], row["published_value"]) == ("more-than", ">75,000,000")
    assert row["note"].startswith("In metric tons.")
    assert "tonnes" not in row


def test_what_was_corrected_after_the_release_is_as_corrected_and_says_so(fact):
    brazil = fact("reserves/rare-earths", country="BRA")
    india = fact("reserves/rare-earths", country="IND")

    assert brazil["tonnes"] == 11_000_000
    assert unsaid(brazil["note"], "version 1.3 of 27 May 2026", "21,000,000 t") == []
    assert (india["qualifier"], "tonnes" in india) == ("not-available", False)
    assert "256,000 t of monazite in 2015" in india["note"]


def test_a_correction_that_the_release_has_itself_stops_the_build(tmp_path):
    usgs = _changed(tmp_path, "Value", "21,000,000", "11,000,000")

    with pytest.raises(GraphkitError, match=r"rare-earth-ore BRA 2025 .* 21000000"):
        build_usgs.build(usgs, tmp_path / "out")


def test_reserves_in_words_stay_words(fact):
    row = fact("reserves/potash", country="ISR", basis="K2O")

    assert (row["qualifier"], row["published_value"]) == ("not-available", "Large")


def test_reserves_of_one_product_on_two_bases_are_two_facts(fact):
    ore = fact("reserves/potash", country="CAN", basis="recoverable ore")
    oxide = fact("reserves/potash", country="CAN", basis="K2O")

    assert (ore["tonnes"], oxide["tonnes"]) == (4_500_000_000, 1_100_000_000)


def test_net_import_reliance_is_a_share_of_one(fact):
    row = fact("claims/us-net-import-reliance", key="usgs-nir-antimony-2024")

    assert (row["kind"], row["consumer"], row["unit"]) == ("net-import-reliance", "USA", "share")
    assert (row["element"], row["value"]) == ("Sb", 0.86)
    assert row["basis"] == "percentage of apparent consumption"
    assert "published_value" not in row


@pytest.mark.parametrize(
    ("key", "bound", "value", "qualifier", "printed"),
    [
        ("rare-earth-compounds-and-metals-2022", "low", 0.95, "more-than", ">95"),
        ("tellurium-2024", "high", 0.25, "less-than", "<25"),
        ("tellurium-2023", "value", None, "net-exporter", "E"),
        ("hafnium-2025", "value", None, "not-available", "NA"),
    ],
)
def test_reliance_that_is_not_a_number_keeps_what_was_printed(
    fact, key, bound, value, qualifier, printed
):
    row = fact("claims/us-net-import-reliance", key=f"usgs-nir-{key}")

    assert row.get(bound) == value
    assert (row["qualifier"], row["published_value"]) == (qualifier, printed)
    assert "value" not in row


def test_a_sentence_about_reliance_is_stated_in_our_own_words(fact):
    row = fact("claims/us-net-import-reliance", key="usgs-nir-cesium-2025")

    assert row["value"] == 1
    assert unsaid(row["statement"], "All cesium … United States") == []


def test_import_sources_name_supplier_period_and_basket(fact):
    row = fact("claims/us-import-sources", key="usgs-src-gallium-metal-chn")

    assert (row["supplier"], row["product"], row["value"]) == ("CHN", "gallium", 0.18)
    assert (row["period"], row["measure"], row["basis"]) == ("2021-2024", "imports", "Metal")
    assert (
        fact("claims/us-import-sources", key="usgs-src-indium-chn")["note"] == "Includes Hong Kong."
    )


def test_import_sources_count_a_mass_unless_their_row_says_which(facts):
    counted = {row["key"]: row["counted_by"] for row in facts("claims/us-import-sources")}

    assert set(counted.values()) <= {"mass", "content", "weight"}
    assert counted["usgs-src-gallium-metal-chn"] == "mass"


def test_a_source_of_several_countries_is_not_a_supplier(fact):
    row = fact("claims/us-import-sources", key="usgs-src-rubidium")

    assert row["published_value"] == "China, Germany, and Russia: 100"
    assert not {"supplier", "value"} & set(row)


def test_what_is_not_critical_is_left_out(seeds):
    names = [path.name for path in seeds[0].rglob("*.yaml")]

    assert not [name for name in names if name.startswith(("asbestos", "wollastonite"))]
    claims = (seeds[0] / "claims" / "us-net-import-reliance.yaml").read_text(encoding="utf-8")
    assert "wollastonite" not in claims


def _changed(tmp_path, column, old, new):
    """A copy of the excerpts with one word of the world tables of 2026 changed."""
    copy = tmp_path / "usgs"
    shutil.copytree(DATA / "usgs", copy)
    (tmp_path / "usgs_editions").symlink_to(DATA / "usgs_editions")
    path = copy / "MCS2026_Commodities_Data.csv"
    with path.open(encoding="cp1252", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        if row["Section"].startswith("World") and row[column] == old:
            row[column] = new
    with path.open("w", encoding="cp1252", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return copy


def test_a_critical_row_of_unknown_meaning_stops_the_build_by_name(tmp_path):
    usgs = _changed(tmp_path, "Statistics_detail", "Primary production", "Secondary production")

    with pytest.raises(GraphkitError, match=r"production: GALLIUM \| Gallium \| Secondary"):
        build_usgs.build(usgs, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_an_unknown_country_stops_the_build_by_name(tmp_path):
    with pytest.raises(GraphkitError, match="country: Ruritania"):
        build_usgs.build(_changed(tmp_path, "Country", "Japan", "Ruritania"), tmp_path / "out")


def test_an_unknown_word_in_place_of_a_figure_is_refused_with_its_place(tmp_path):
    usgs = _changed(tmp_path, "Value", "839,000", "plenty")

    with pytest.raises(GraphkitError, match=r"\| China \| 2024: .*'plenty'"):
        build_usgs.build(usgs, tmp_path / "out")


def test_an_unknown_unit_is_refused_with_its_place(tmp_path):
    usgs = _changed(tmp_path, "Unit", "kilograms", "carats")

    with pytest.raises(GraphkitError, match=r"GALLIUM .*unit 'carats'"):
        build_usgs.build(usgs, tmp_path / "out")


def test_the_command_writes_the_same_bytes_again(seeds, tmp_path, capsys):
    assert build_usgs.main(["--data", str(DATA), "--out", str(tmp_path)]) == 0

    first, again = (
        {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*.yaml")}
        for folder in (seeds[0], tmp_path)
    )
    assert first == again
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "HOLDS: 54 rows" in captured.err


def test_the_command_fails_with_a_message_where_a_row_is_unknown(tmp_path, capsys):
    _changed(tmp_path, "Country", "Japan", "Ruritania")

    assert build_usgs.main(["--data", str(tmp_path), "--out", str(tmp_path / "out")]) == 1
    assert "Ruritania" in capsys.readouterr().err


def test_every_product_and_element_of_the_mapping_is_in_the_seeds():
    def keys(name):
        seed = read_file(ROOT / "seeds" / "reference" / f"{name}.yaml", ROOT, GRAPH)
        return set(seed.rows["key"].to_pylist())

    rows = [row for table in MAPPING.values() if isinstance(table, list)
            for row in table if isinstance(row, dict)]  # fmt: skip
    assert {r["product"] for r in rows if "product" in r} <= keys("products")
    assert {r["element"] for r in rows if "element" in r} <= keys("elements")
    assert all(("product" in r) != ("element" in r) for r in rows)


@pytest.mark.parametrize("table", ["net_import_reliance", "import_sources"])
def test_claims_of_the_mapping_have_keys_of_their_own(table):
    slugs = [row["slug"] for row in MAPPING[table]]

    assert len(slugs) == len(set(slugs))
