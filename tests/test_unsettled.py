"""Figures that are provisional or estimated: in the coverage, and the note on their meaning."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from graphkit.answers.coverage import Unsettled, Word
from graphkit.answers.note import words_of_notes
from graphkit.api import Session
from graphkit.mcp.reply import short_reply
from graphkit.names import capitalized
from graphkit.pages.plain import PlainPage
from graphkit.plot.pictures import picture
from graphkit.questions.registry import QUESTIONS
from graphkit.render.answer import View
from graphkit.render.citation import Citation
from graphkit.render.screen import lay_out_screen

SEEDS = {
    "sources.yaml": """\
kind: Source
rows:
  - {key: customs, title: Trade, publisher: A ministry, licence: none, provisional: 2024}
  - {key: survey, title: Output, publisher: A survey, licence: none}
""",
    "datasets.yaml": """\
kind: Dataset
defaults: {source: customs}
rows:
  - {key: both, name: Reconciled data, reporter: reconciled, preference: 1}
""",
    "trade.yaml": """\
kind: EXPORTS
defaults: {product: ree-metals, hs: 280530, reporter: reconciled, dataset: both, source: customs}
rows:
  - {exporter: CHN, importer: KOR, period: 2023, usd: 600000}
  - {exporter: CHN, importer: KOR, period: 2024, usd: 800000}
""",
    "production.yaml": """\
kind: PRODUCES
defaults: {product: ree-metals, basis: REO, source: survey}
rows:
  - {country: CHN, period: 2023, tonnes: 600}
  - {country: CHN, period: 2024, tonnes: 700, estimated: true}
  - {country: JPN, period: 2024, tonnes: 3}
""",
}  # fmt: skip
PROVISIONAL = Unsettled(Word.PROVISIONAL, "2024", "customs")
ESTIMATED = Unsettled(Word.ESTIMATED, "2024", "survey")


@pytest.mark.parametrize(
    ("verb", "given", "entries"),
    [
        ("depends", {"consumer": "KOR", "period": "2024"}, [PROVISIONAL]),
        ("depends", {"consumer": "KOR", "period": "2023"}, []),
        ("compare", {"before": "2023", "after": "2024", "of": "KOR"}, [PROVISIONAL]),
        ("trend", {"country": "KOR"}, [PROVISIONAL]),
        ("production_trend", {"country": "CHN"}, [ESTIMATED]),
        ("origins", {"consumer": "KOR", "period": "2024"}, [PROVISIONAL, ESTIMATED]),
        ("origins", {"consumer": "KOR", "period": "2023"}, []),
        ("concentration", {"period": "2024"}, [PROVISIONAL, ESTIMATED]),
        ("concentration", {"period": "2023"}, []),
    ],
)  # fmt: skip
def test_an_answer_names_the_figures_that_are_not_final(
    graph_of: Callable[..., Session], verb: str, given: dict[str, Any], entries: list[Unsettled]
):
    answer = getattr(graph_of(SEEDS), verb)(scope="ree-metals", **given)

    assert [*answer.coverage.unsettled] == entries
    page = lay_out_screen(answer, PlainPage(100), View())
    notes = words_of_notes(answer.notes)
    for word, publisher in ((Word.PROVISIONAL, "A ministry"), (Word.ESTIMATED, "A survey")):
        is_told = any(entry.word is word for entry in entries)
        assert (f"{word}: figures of" in " ".join(str(page).casefold().split())) == is_told
        told = [note for note in notes if note.casefold().startswith(word) and publisher in note]
        assert len(told) == is_told


TRADE, BOTH, OUTPUT = {Word.PROVISIONAL}, {Word.PROVISIONAL, Word.ESTIMATED}, {Word.ESTIMATED}


FIRST_SCREENS: list[tuple[str, dict[str, Any], set[Word]]] = [
    ("depends", {"consumer": "KOR", "on": "CHN", "scope": "ree-metals"}, TRADE),
    ("dependents", {"supplier": "CHN", "scope": "ree-metals"}, TRADE),
    ("suppliers", {"consumer": "KOR", "scope": "ree-metals"}, TRADE),
    ("origins", {"consumer": "KOR", "scope": "ree-metals"}, BOTH),
    ("spof", {"consumer": "KOR", "scope": "ree-metals"}, BOTH),
    ("disrupt", {"who": "CHN", "scope": "ree-metals"}, BOTH),
    ("stocks", {"who": "CHN", "scope": "ree-metals", "of": "KOR"}, BOTH),
    ("cascade", {"exporter": "CHN", "scope": "ree-metals"}, BOTH),
    ("diversify", {"consumer": "KOR", "scope": "ree-metals"}, TRADE),
    ("targets", {"country": "EU27", "scope": "ree-metals"}, TRADE),
    ("unknowns", {"consumer": "KOR", "scope": "ree-metals"}, BOTH),
    ("concentration", {"scope": "ree-metals"}, TRADE),
    ("concentration", {"scope": "gallium"}, OUTPUT),
    ("prices", {"scope": "ree-metals"}, TRADE),
    ("prices", {"scope": "cobalt-metal"}, OUTPUT),
    ("criticality", {"scope": "gallium"}, OUTPUT),
    ("plants", {"country": "COD", "scope": "cobalt"}, OUTPUT),
    ("companies", {"country": "COD", "scope": "cobalt"}, OUTPUT),
    ("show", {"name": "south korea"}, OUTPUT),
    ("flows", {"scope": "ree-metals"}, TRADE),
    ("network", {"scope": "ree-metals"}, TRADE),
    ("centrality", {"scope": "ree-metals"}, TRADE),
    ("compare", {"before": "2023", "after": "2024", "of": "KOR", "scope": "ree-metals"}, TRADE),
    ("trend", {"country": "KOR", "scope": "ree-metals"}, TRADE),
    ("production_trend", {"country": "CHN", "scope": "gallium"}, OUTPUT),
    ("n_minus_1", {"scope": "gallium"}, OUTPUT),
    ("claims_check", {"source": "kbs-2025-04-15"}, TRADE),
    ("leverage", {"consumer": "KOR", "supplier": "CHN", "scope": "ree-metals"}, BOTH),
    ("reliance", {"consumer": "KOR", "scope": "ree-metals"}, TRADE),
    ("reliance", {"consumer": "USA", "scope": "gallium"}, OUTPUT),
    ("owners", {"country": "COD", "scope": "cobalt"}, OUTPUT),
    ("layered_centrality", {"scope": "ree-metals"}, BOTH),
    ("compare", {"before": "2022", "after": "2023", "of": "KOR", "scope": "ree-metals"}, set()),
    ("depends", {"consumer": "KOR", "scope": "ree-metals", "period": "2023"}, set()),
    ("flows", {"scope": "ree-metals", "period": "2023"}, set()),
    ("controls", {"country": "CHN"}, set()),
    ("uses", {"scope": "gallium"}, set()),
    ("claims", {"of": "KOR"}, set()),
    ("claims_conflicts", {}, set()),
    ("control_effects", {"country": "CHN", "scope": "antimony"}, set()),
]
"""Questions of every verb whose answers come from the database alone, with the words of each."""


def test_every_verb_is_asked_for_its_first_screen():
    elsewhere = {"mirror"}  # reports of both sides are nobody's to ship

    assert {verb for verb, _, _ in FIRST_SCREENS} == {*QUESTIONS} - elsewhere


@pytest.mark.parametrize(("verb", "given", "words"), FIRST_SCREENS)
def test_the_first_screen_of_every_verb_says_what_is_not_final(
    ask: Session, verb: str, given: dict[str, Any], words: set[Word]
):
    answer = getattr(ask, verb)(**given)

    page = " ".join(str(lay_out_screen(answer, PlainPage(100), View())).split())
    assert {entry.word for entry in answer.coverage.unsettled} == words
    cited = Citation(answer, date(2026, 1, 1)).text()
    reply = short_reply(answer)["text"]
    for text in (page, cited, reply):
        assert {word for word in Word if f"{capitalized(word)}: figures of" in text} == words


def test_a_picture_and_a_brief_say_what_is_not_final(graph_of: Callable[..., Session]):
    graph = graph_of(SEEDS)

    drawn = picture(graph.depends("KOR", scope="ree-metals", period="2024"))
    of_before = picture(graph.depends("KOR", scope="ree-metals", period="2023"))
    brief = str(graph.brief("KOR", scope="ree-metals", period="2024"))

    line = "Provisional: figures of 2024 (customs)."
    assert line in drawn.svg()
    assert "Provisional" not in of_before.svg()
    assert f"- {line}" in brief


def test_the_exposure_of_a_company_says_what_is_not_final(
    graph_of: Callable[..., Session], tmp_path: Path
):
    purchases = tmp_path / "purchases.csv"
    purchases.write_text("Country,Product,Spend\nChina,ree-metals,1000\n", encoding="utf-8")

    answer = graph_of(SEEDS).exposure(purchases, period="2024")

    assert answer.coverage.by_question["ree-metals"].unsettled == (PROVISIONAL, ESTIMATED)
    page = str(lay_out_screen(answer, PlainPage(100), View()))
    assert "Provisional: figures of 2024" in " ".join(page.split())
