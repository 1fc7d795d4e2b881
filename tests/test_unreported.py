"""Trade of countries that publish none by product: notes, sources and first lines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from claim_checker import check
from saying import unsaid

from graphkit.answers.note import words_of_notes
from graphkit.answers.sentence import PARTNERS, Sentence
from graphkit.api import Session

NAMES = {"CHN": "China", "JPN": "Japan", "KOR": "South Korea", "NOR": "Norway"}
TRADE = """\
kind: EXPORTS
defaults: {product: ree-metals, hs: 280530, reporter: reconciled, dataset: both, source: customs}
rows:
  - {exporter: CHN, importer: KOR, period: 2022, usd: 900000, tonnes: 9}
  - {exporter: CHN, importer: KOR, period: 2023, usd: 600000}
  - {exporter: CHN, importer: KOR, period: 2024, usd: 800000}
  - {exporter: JPN, importer: KOR, period: 2024, usd: 200000}
  - {exporter: KOR, importer: NOR, period: 2024, usd: 100000}
"""
GAPS = {
    "sources.yaml": """\
kind: Source
rows:
  - {key: customs, title: Customs figures, publisher: A ministry, licence: public domain}
  - {key: wire, title: No figures any more, publisher: A wire, licence: not stated}
""",
    "datasets.yaml": """\
kind: Dataset
defaults: {source: customs}
rows:
  - {key: both, name: Reconciled data, reporter: reconciled, preference: 1}
""",
    "trade.yaml": TRADE,
    "gaps.yaml": """\
kind: ReportingGap
defaults: {unpublished: imports and exports by product, source: wire}
rows:
  - {key: chn-2024, country: CHN, since: 2024-02}
  - {key: kor-2022, country: KOR, since: 2022, until: 2022}
""",
}


@pytest.mark.parametrize(
    ("verb", "given", "country", "periods"),
    [
        ("suppliers", {"consumer": "KOR", "period": "2024"}, "CHN", ["2024"]),
        ("depends", {"consumer": "KOR", "period": "2022"}, "KOR", ["2022"]),
        ("dependents", {"supplier": "CHN", "period": "2024"}, "CHN", ["2024"]),
        ("trend", {"country": "KOR", "on": "CHN"}, "CHN", ["2024"]),
        ("flows", {"period": "2024"}, "CHN", ["2024"]),
        ("network", {"period": "2024"}, "CHN", ["2024"]),
        ("compare", {"before": "2023", "after": "2024", "of": "KOR"}, "CHN", ["2024"]),
        ("origins", {"consumer": "KOR", "period": "2022"}, "KOR", ["2022"]),
        ("prices", {"of": "KOR"}, "KOR", ["2022"]),
    ],
)  # fmt: skip
def test_trade_of_a_gap_has_a_note_its_source_and_an_entry(
    graph_of: Callable[..., Session], verb, given, country, periods
):
    answer = getattr(graph_of(GAPS), verb)(scope="Dy", **given)

    [entry] = [gap for gap in answer.coverage.unreported if gap.country == country]
    assert (entry.source, [*entry.periods]) == ("wire", periods)
    assert "wire" in answer.sources["key"].to_pylist()
    name = NAMES[country]
    assert any(
        not unsaid(note, f"{name} … by product … (wire) … partners")
        for note in words_of_notes(answer.notes)
    )
    check(verb, answer, NAMES)


@pytest.mark.parametrize(
    ("verb", "given", "is_qualified"),
    [
        ("suppliers", {"consumer": "KOR", "period": "2024"}, True),
        ("suppliers", {"consumer": "KOR", "period": "2022"}, True),
        ("suppliers", {"consumer": "KOR", "period": "2023"}, False),
        ("depends", {"consumer": "NOR", "period": "2024"}, False),
        ("dependents", {"supplier": "CHN", "period": "2024"}, True),
        ("trend", {"country": "NOR"}, False),
    ],
)  # fmt: skip
def test_a_first_line_says_who_reports_exactly_where_one_side_does_not(
    embedded_of: Callable[..., Session], verb, given, is_qualified
):
    answer = getattr(embedded_of(GAPS), verb)(scope="Dy", **given)

    main = answer.sentence.claims[0]
    assert (PARTNERS in main.qualifiers, "partners" in answer.headline) == (is_qualified,) * 2
    check(verb, answer, NAMES)
    claims = tuple(replace(claim, qualifiers=tuple({*claim.qualifiers} ^ {PARTNERS}))
                   for claim in answer.sentence.claims)  # fmt: skip
    with pytest.raises(AssertionError):
        check(verb, replace(answer, sentence=Sentence(answer.headline, claims)), NAMES)


def test_no_trade_of_a_gap_has_its_reason(graph_of: Callable[..., Session]):
    answer = graph_of(GAPS).dependents("CHN", scope="Dy", period="2024", min_share=0.95)

    assert not len(answer.rows)
    assert (
        unsaid(answer.headline, "95 % … China has published no trade by product since 2024-02")
        == []
    )
    check("dependents", answer, NAMES)


def test_what_a_country_counted_itself_is_not_its_partners(embedded_of: Callable[..., Session]):
    trade = TRADE.replace("reporter: reconciled", "reporter: importer")
    datasets = GAPS["datasets.yaml"].replace("reporter: reconciled", "reporter: importer")
    graph = embedded_of(GAPS | {"trade.yaml": trade, "datasets.yaml": datasets})

    assert graph.suppliers("KOR", scope="Dy", period="2022").coverage.unreported == ()
    [entry] = graph.suppliers("KOR", scope="Dy", period="2024").coverage.unreported
    assert entry.country == "CHN"
