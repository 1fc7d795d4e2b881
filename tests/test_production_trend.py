"""Production from year to year: the newest edition of each year, and what earlier ones had."""

from __future__ import annotations

from pathlib import Path

import pyarrow.compute as pc
import pytest
from saying import Naming
from test_editions import EDITIONS

from graphkit.answers.note import words_of_notes
from graphkit.api import Session
from graphkit.errors import GraphkitError, UsageError
from graphkit.plot.pictures import picture
from graphkit.stores.duck.store import DuckStore

WORLD = """\
kind: PRODUCES
defaults: {product: ree-metals, basis: gross}
rows:
  - {country: WLD, period: 2022, tonnes: 100, source: book-1}
  - {country: WLD, period: 2023, tonnes: 80, source: book-1}
  - {country: WLD, period: 2023, tonnes: 60, source: book-3}
  - {country: JPN, period: 2023, tonnes: 5, source: book-3}
  - {country: KOR, period: 2023, qualifier: withheld, published_value: W, source: book-3}
  - {country: WLD, period: 2025, tonnes: 70, source: book-3}
  - {country: CHN, period: 2025, tonnes: 44, source: book-3}
"""


@pytest.fixture
def session(graph_of) -> Session:
    return graph_of({**EDITIONS, "world.yaml": WORLD})


def rows(answer, *names):
    return [tuple(row[name] for name in names) for row in answer.rows.to_pylist()]


def test_a_year_has_its_newest_edition_and_the_figures_of_the_others(session):
    answer = session.production_trend("CHN", scope="ree-metals")
    of_book = [r for r in answer.rows.to_pylist() if r["series"] == "book"]

    assert [
        (r["period"], r["tonnes"], r["edition"], r["revisions"], r["edition_changed"])
        for r in of_book
    ] == [
        ("2022", 50.0, "2024", None, None),
        ("2023", 40.0, "2026", "60 t (2024), 63 t (2025)", True),
        ("2025", 44.0, "2026", None, False),
    ]
    assert [r["tonnes_change"] for r in of_book] == [None, pytest.approx(-0.2), pytest.approx(0.1)]
    assert [(r["previous"], r["gap"]) for r in of_book][-1] == ("2023", "2024")


def test_another_source_is_a_line_of_its_own(session):
    answer = session.production_trend("CHN", scope="ree-metals")

    assert [r[1:] for r in rows(answer, "series", "period", "tonnes", "previous")
            if r[0] == "customs"] == [("2023", 90.0, None)]  # fmt: skip


def test_a_share_is_of_the_total_of_the_same_edition(session):
    answer = session.production_trend("CHN", scope="ree-metals")
    shares = {(r["series"], r["period"]): r["share"] for r in answer.rows.to_pylist()}

    assert shares["book", "2022"] == pytest.approx(50 / 100)
    assert shares["book", "2023"] == pytest.approx(40 / 60)


def test_the_world_has_its_total_and_its_largest_producer(session):
    answer = session.production_trend(scope="ree-metals")

    assert rows(answer, "producer", "period", "tonnes", "largest", "revisions") == [
        ("WLD", "2022", 100.0, "CHN", None),
        ("WLD", "2023", 60.0, "CHN", "80 t (2024), none (2025)"),
        ("WLD", "2025", 70.0, "CHN", None),
    ]
    assert answer.headline == Naming(
        "world made 70 t of rare-earth metals in 2025 … 60 t in 2023 … 100 t at most in 2022",
        "China made 63 %",
    )


def test_a_group_makes_at_least_what_its_members_with_a_figure_make(session):
    answer = session.production_trend("JPN+KOR", scope="ree-metals")

    assert rows(answer, "producer", "tonnes", "low", "qualifier", "share") == [
        ("JPN+KOR", None, 5.0, "at-least", None)
    ]
    assert any(Naming("at least") == note for note in words_of_notes(answer.notes))


def test_a_withheld_figure_stays_unknown(session):
    answer = session.production_trend("KOR", scope="ree-metals")

    assert rows(answer, "tonnes", "qualifier", "published_value", "share") == [
        (None, "withheld", "W", None)
    ]
    assert answer.headline == Naming("No exact figure … South Korea’s production")


def test_since_keeps_the_change_of_its_first_year(session):
    answer = session.production_trend("CHN", scope="ree-metals", since="2023")

    assert rows(answer, "period", "previous", "series")[0] == ("2023", "2022", "book")


def test_what_is_not_known_is_said(session):
    with pytest.raises(GraphkitError, match=r"no production of .* by Norway"):
        session.production_trend("NOR", scope="ree-metals")
    with pytest.raises(GraphkitError, match=r"since 2026; .*2025"):
        session.production_trend("CHN", scope="ree-metals", since="2026")
    with pytest.raises(UsageError, match="no country is called"):
        session.production_trend("Atlantis")


# --- on the shipped data


@pytest.fixture(scope="module")
def shipped(sliced_file: Path):
    with DuckStore(sliced_file) as opened:
        yield Session(opened)


def test_rare_earths_of_myanmar_have_every_revision(shipped):
    answer = shipped.production_trend("MMR", scope="rare-earth-ore")
    of_usgs = answer.rows.filter(pc.equal(answer.rows["series"], "usgs-mcs"))
    names = ("period", "tonnes", "edition", "revisions")

    assert [tuple(row[name] for name in names) for row in of_usgs.to_pylist()] == [
        ("2020", 31_000.0, "2022", None),
        ("2021", 35_000.0, "2023", "26,000 t (2022)"),
        ("2022", 12_000.0, "2024", "12,000 t (2023)"),
        ("2023", 43_000.0, "2025", "38,000 t (2024)"),
        ("2024", 27_000.0, "2026", "31,000 t (2025)"),
        ("2025", 22_000.0, "2026", None),
    ]


@pytest.mark.long
def test_every_current_figure_of_a_country_is_a_row(shipped):
    """Against a free statement on all products of one country."""
    answer = shipped.production_trend("CHN")
    figures = shipped.cypher(
        "MATCH (:Country {iso3: 'CHN'})-[made:PRODUCES]->(item:Product) "
        "WHERE made.superseded_by IS NULL "
        "RETURN item.key AS product, made.period AS period, made.tonnes AS tonnes"
    ).to_pylist()

    assert sorted(rows(answer, "product", "period", "tonnes")) == sorted(
        (r["product"], r["period"], r["tonnes"]) for r in figures
    )


def test_the_picture_of_one_product_is_of_tonnes_and_of_several_of_shares(shipped):
    one = picture(shipped.production_trend("CHN", scope="rare-earth-ore"))
    several = picture(shipped.production_trend("CHN"))

    assert one.option["yAxis"]["name"] == "tonnes, basis REO"
    assert several.option["yAxis"]["name"] == "share of the world's output, %"
    assert one.option["series"][0]["data"][-1]["value"] == pytest.approx(270_000)
