"""Editions of one source: the newest answers, the older ones stay, and revisions are said."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from saying import unsaid
from seed_texts import write_seeds

from graphkit.answers.note import words_of_notes
from graphkit.api import Session
from graphkit.errors import GraphkitError
from graphkit.seeds.facts import read_seeds
from graphkit.stores.duck.store import DuckStore

SOURCES = """\
kind: Source
defaults: {title: Figures, publisher: A ministry, licence: public domain}
rows:
  - {key: customs}
  - {key: book-1, published: 2024, edition_of: book}
  - {key: book-2, published: 2025-02-01, edition_of: book}
  - {key: book-3, published: 2026, edition_of: book}
"""
MADE = """\
kind: PRODUCES
defaults: {product: ree-metals, basis: gross}
rows:
  - {country: CHN, period: 2022, tonnes: 50, source: book-1}
  - {country: CHN, period: 2023, tonnes: 60, source: book-1}
  - {country: JPN, period: 2023, tonnes: 6, source: book-1}
  - {country: CHN, period: 2023, tonnes: 63, source: book-2}
  - {country: CHN, period: 2023, tonnes: 40, source: book-3}
  - {country: CHN, period: 2023, tonnes: 90, source: customs}
"""


EDITIONS = {"sources.yaml": SOURCES, "made.yaml": MADE}
"""The small seeds with editions of one book."""


@pytest.fixture
def session(graph_of: Callable[..., Session]) -> Session:
    """The editions in each database."""
    return graph_of(EDITIONS)


def figures(session: Session, *periods: str) -> set[tuple[str, str, float, str]]:
    given = {"products": ["ree-metals"], "periods": list(periods)}
    rows = session.catalog.rows("production", **given).to_pylist()
    return {(r["country"], r["period"], r["tonnes"], r["source"]) for r in rows}


def test_the_newest_edition_of_a_year_answers_and_another_source_stays(session):
    assert figures(session, "2022", "2023") == {
        ("CHN", "2022", 50.0, "book-1"),
        ("CHN", "2023", 40.0, "book-3"),
        ("CHN", "2023", 90.0, "customs"),
    }


def test_every_edition_stays_in_the_graph(session):
    rows = session.cypher(
        "MATCH ()-[made:PRODUCES]->() RETURN made.source AS source, made.tonnes AS tonnes, "
        "made.superseded_by AS by ORDER BY source, tonnes"
    ).to_pylist()

    assert [(r["source"], r["tonnes"], r["by"]) for r in rows] == [
        ("book-1", 6.0, "book-3"),
        ("book-1", 50.0, None),
        ("book-1", 60.0, "book-3"),
        ("book-2", 63.0, "book-3"),
        ("book-3", 40.0, None),
        ("customs", 90.0, None),
    ]


def test_a_revision_of_more_than_a_tenth_is_said_with_both_editions(session):
    (note,) = [
        n
        for n in words_of_notes(session.concentration(period="2023").notes)
        if n.startswith("Revised")
    ]

    revised = (
        "rare-earth metals of China in 2023: 63 t … 2025 edition … 40 t … 2026 edition … 1 more"
    )
    assert unsaid(note, "tenth", revised, "graphkit query production-revisions") == []


def test_a_figure_that_moved_by_less_is_not_a_revision(session):
    rows = session.query("production-revisions", min_change="0.35").to_pylist()

    assert [(r["tonnes_before"], r["tonnes"], r["source_before"]) for r in rows] == [
        (63.0, 40.0, "book-2")
    ]


def test_a_series_says_where_it_changes_its_edition(session):
    rows = session.query("production-over-time", product="ree-metals").to_pylist()
    of_book = [r for r in rows if r["source"] != "customs"]

    assert [(r["period"], r["source"], r["same_edition_as_before"]) for r in of_book] == [
        ("2022", "book-1", None),
        ("2023", "book-3", False),
    ]


def test_an_edition_without_a_date_is_refused(tmp_path):
    undated = SOURCES.replace("key: book-3, published: 2026", "key: book-3")

    with pytest.raises(GraphkitError, match=r"edition .*'published'.* date"):
        read_seeds(write_seeds(tmp_path, EDITIONS, {"sources.yaml": undated}))


# --- on the shipped data


@pytest.fixture(scope="module")
def shipped(sliced_file: Path):
    with DuckStore(sliced_file) as opened:
        yield Session(opened)


def test_antimony_of_china_in_2024_is_that_of_the_2026_edition(shipped):
    given = {"products": ["antimony-ore"], "periods": ["2024"]}
    rows = shipped.catalog.rows("production", **given).to_pylist()

    assert {r["source"] for r in rows} == {"usgs-mcs-2026"}
    assert [r["tonnes"] for r in rows if r["country"] == "CHN"] == [40_000.0]


def test_the_answer_says_what_the_2025_edition_had(shipped):
    notes = words_of_notes(shipped.concentration(scope="antimony-ore", period="2024").notes)

    revised = "antimony ore of Russia in 2024: 13,000 t … 2025 edition … 40,000 t … 2026 edition"
    assert any(unsaid(note, revised) == [] for note in notes)
