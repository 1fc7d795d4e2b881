"""Questions of trade on small graphs made for one point, on each database."""

from __future__ import annotations

import re

import pyarrow as pa
import pytest
from long_cases import others_long
from saying import Naming, unsaid
from seed_texts import SMALL

from graphkit.analysis.remnants import first_years_of_remnants
from graphkit.answers.coverage import Lacking
from graphkit.answers.note import words_of_notes
from graphkit.api import Session
from graphkit.errors import GraphkitError, UsageError
from graphkit.stores.duck.store import DuckStore

# --- small graphs made for one point, on each database


MORE_PERIODS = SMALL["trade.yaml"] + (
    "  - {exporter: CHN, importer: KOR, period: 2024-Q1, usd: 100, tonnes: 1}\n"
    "  - {exporter: JPN, importer: KOR, period: 2024-Q4, usd: 100, tonnes: 1}\n"
)


def test_a_quarter_beside_its_year_is_never_added_to_it(graph_of):
    change = {"trade.yaml": MORE_PERIODS.replace("2025-Q1", "2023")}
    asked = graph_of(change)

    def rows(period: str | None) -> list[tuple[str, str, float]]:
        rows = asked.suppliers("KOR", period=period).rows.to_pylist()
        return [(row["supplier"], row["period"], row["usd"]) for row in rows]

    assert rows("2024") == [("CHN", "2024", 800.0), ("JPN", "2024", 200.0)]
    assert rows("2024-Q1") == [("CHN", "2024-Q1", 100.0)]
    assert rows(None) == rows("2024")  # ends with the fourth quarter, and is longer
    with pytest.raises(GraphkitError) as caught:
        asked.suppliers("KOR", period="2024-Q2")
    assert str(caught.value) == Naming(
        "imports of South Korea … in 2024-Q2 … 2023, 2024-Q1, 2024-Q4, 2024"
    )


TWO_PRODUCTS = {
    "products.yaml": SMALL["products.yaml"]
    + "  - {key: dy-metal, name: Dysprosium metal, stage: metal}\n",
    "contains.yaml": SMALL["contains.yaml"] + "  - {product: dy-metal, element: Dy, role: main}\n",
    "trade.yaml": SMALL["trade.yaml"].replace("2025-Q1", "2023")
    + "  - {exporter: CHN, importer: KOR, product: dy-metal, period: 2022, usd: 5}\n",
}


def test_without_a_period_each_product_has_its_newest(graph_of):
    rows = graph_of(TWO_PRODUCTS).depends("KOR").rows.to_pylist()
    assert {(row["product"], row["period"]) for row in rows} == {
        ("ree-metals", "2024"), ("dy-metal", "2022"),
    }  # fmt: skip


def test_with_a_period_products_without_it_are_told_as_lacking(graph_of):
    answer = graph_of(TWO_PRODUCTS).depends("KOR", scope="Dy", period="2024")
    assert answer.rows["product"].to_pylist() == ["ree-metals"]
    assert answer.coverage.without_trade == ("dy-metal",)


CLAIMS = """\
kind: Claim
defaults: {kind: share, unit: share, measure: imports, value: 0.5, source: customs}
rows:
  - {key: product, consumer: KOR, supplier: CHN, product: ree-metals, period: 2024}
  - {key: element, consumer: KOR, supplier: CHN, element: Dy, period: 2024}
  - {key: other-buyer, consumer: JPN, supplier: CHN, product: ree-metals, period: 2024}
  - {key: other-seller, consumer: KOR, supplier: NOR, product: ree-metals, period: 2024}
  - {key: undated, consumer: KOR, supplier: CHN, product: ree-metals}
  - {key: quarter, consumer: KOR, supplier: CHN, product: ree-metals, period: 2024-Q3}
  - {key: longer, consumer: KOR, supplier: CHN, product: ree-metals, period: 2021-2024}
  - {key: earlier, consumer: KOR, supplier: CHN, product: ree-metals, period: 2021-2023}
  - {key: range, consumer: KOR, supplier: CHN, product: ree-metals, period: 2024, value: null,
     low: 0.7, qualifier: more-than}
  - {key: world, supplier: CHN, element: Dy, stage: metal, measure: production, period: 2024}
  - {key: nothing, consumer: KOR, supplier: CHN, period: 2024, kind: count, unit: count, value: 3}
"""


def test_claims_of_another_country_period_or_subject_are_left_out(graph_of):
    asked = graph_of({"claims.yaml": CLAIMS})

    def claims(**question: str) -> set[str]:
        return set(asked.depends("KOR", **question).claims["key"].to_pylist())

    of_2024 = {"product", "undated", "quarter", "longer", "range"}
    assert claims(on="CHN", scope="ree-metals", period="2024") == of_2024
    assert claims(scope="ree-metals", period="2024") == of_2024 | {"other-seller"}
    assert claims(on="CHN", scope="Dy", period="2024") == of_2024 | {"element", "world"}
    assert claims(on="CHN", scope="metal", period="2024") == of_2024 | {"world"}
    every = of_2024 | {"element", "other-seller", "earlier"}
    assert claims() == every
    assert claims(on="CHN") == every - {"other-seller"}

    answer = asked.depends("KOR", on="CHN", scope="Dy", period="2024")
    rows = answer.comparisons.to_pylist()
    assert [row["claim"] for row in rows] == ["element", "product", "range"]
    assert [row["points_usd"] for row in rows] == [pytest.approx(30), pytest.approx(30), None]
    assert [row["points_tonnes"] for row in rows] == [pytest.approx(50), pytest.approx(50), None]
    assert [rows[2][n] for n in ("claimed", "claimed_low", "share_usd")] == [None, 0.7, 0.8]


def test_undated_claims_do_not_answer_for_a_period_without_data(graph_of):
    asked = graph_of({"claims.yaml": CLAIMS})
    with pytest.raises(GraphkitError, match=r"imports of South Korea .*in 1999"):
        asked.depends("KOR", period="1999")
    assert asked.depends("KOR", period="2022").claims["key"].to_pylist() == [
        "earlier", "longer", "undated",
    ]  # fmt: skip


def test_an_answer_takes_the_preferred_data_set_or_the_one_asked_for(graph_of):
    again = SMALL["trade.yaml"].replace("usd: 800", "usd: 600").replace("2025-Q1", "2023")
    asked = graph_of({
        "trade.yaml": SMALL["trade.yaml"].replace("2025-Q1", "2023"),
        "exporters.yaml": again.replace(
            "reporter: importer, dataset: test", "reporter: exporter, dataset: exporters"
        ),
        "other.yaml": again.replace("dataset: test", "dataset: other"),
    })  # fmt: skip

    found = [
        (row["dataset"], row["reporter"], row["share_usd"])
        for name in (None, "other", "exporters")
        for row in asked.depends("KOR", on="CHN", period="2024", dataset=name).rows.to_pylist()
    ]
    assert found == [
        ("test", "importer", 0.8), ("other", "importer", 0.75), ("exporters", "exporter", 0.75),
    ]  # fmt: skip
    assert len(asked.depends("KOR", period="2024").coverage.series) == 1


REMNANT = {
    "traded-as.yaml": "kind: TRADED_AS\ndefaults: {source: customs, fit: exact}\nrows:\n"
    "  - {product: ree-metals, code: 280530, revision: HS92, remnant_since: HS22}\n",
    "trade.yaml": SMALL["trade.yaml"].replace("2025-Q1", "2021"),
}


def test_a_remnant_of_a_code_gives_no_share(graph_of):
    asked = graph_of(REMNANT)
    told = Naming("Rare-earth metals … HS 280530 since 2022 … remnant … no share")

    answer = asked.depends("KOR")
    assert [(r["supplier"], r["period"]) for r in answer.rows.to_pylist()] == [("CHN", "2021")]
    assert told in words_of_notes(answer.notes)
    for question in (asked.depends, asked.suppliers, asked.origins, asked.spof):
        for dataset in (None, "test"):
            with pytest.raises(GraphkitError) as raised:
                question("KOR", scope="ree-metals", period="2024", dataset=dataset)
            assert "in 2024; there are 2021" in str(raised.value)
            assert "dataset=" not in str(raised.value)
    with pytest.raises(GraphkitError, match=r"HS 280530 since 2022 .*remnant"):
        asked.suppliers("KOR", scope="Dy", period="2024")
    years = asked.depends("KOR", period="2021-2024")
    assert years.coverage.lacking(Lacking.TRADE) == {"ree-metals": ("2022-2024",)}
    trend = asked.trend("KOR", scope="ree-metals")
    assert [row["period"] for row in trend.rows.to_pylist()] == ["2021"]
    assert told in words_of_notes(trend.notes)
    found = asked.query("dependence-of-country", consumer="KOR", period="2024")
    assert found.to_pylist() == []


def test_a_revision_that_another_program_wrote_is_named_with_its_row():
    codes = pa.table({"product": ["tin"], "code": ["1"], "remnant_since": ["HS7"]})

    with pytest.raises(GraphkitError) as refusal:
        first_years_of_remnants(codes)
    assert str(refusal.value) == Naming("tin 1", "'HS7'", "HS92 … HS22", "doctor", "graphkit load")


def test_beside_a_remnant_another_data_set_answers(graph_of):
    newer = SMALL["trade.yaml"].replace("hs: 280530", "hs: 280540")
    asked = graph_of(REMNANT, {
        "newer.yaml": newer.replace("dataset: test", "dataset: other"),
        "codes.yaml": SMALL["codes.yaml"] + "  - {code: 280540, description: Rare-earth metals}\n",
    })  # fmt: skip

    rows = asked.depends("KOR", period="2024").rows.to_pylist()
    assert [(row["dataset"], row["share_usd"]) for row in rows] == [("other", 0.8)]


@pytest.mark.parametrize("question", others_long(["depends", "suppliers", "origins", "spof"], 2))
def test_imports_in_another_data_set_alone_are_named(graph_of, question):
    theirs = SMALL["trade.yaml"].replace("importer: KOR", "importer: NOR")
    asked = graph_of({"norway.yaml": theirs.replace("dataset: test", "dataset: other")})
    ask = getattr(asked, question)

    with pytest.raises(GraphkitError) as raised:
        ask("NOR", scope="ree-metals", period="2024")
    assert str(raised.value) == Naming("`dataset=other`")
    assert len(ask("NOR", scope="ree-metals", period="2024", dataset="other").rows)


def test_no_data_set_is_named_that_has_none_either(graph_of):
    with pytest.raises(GraphkitError) as raised:
        graph_of({}).depends("NOR", scope="ree-metals", period="2024")
    assert "data set" not in str(raised.value)


def test_a_hub_of_unknown_places_is_named_as_no_country(graph_of):
    areas = SMALL["areas.yaml"] + (
        "  - {iso3: S19, name: 'Other Asia, nes', type: unspecified, note: In practice Taiwan.}\n"
    )
    trade = SMALL["trade.yaml"].replace("exporter: JPN", "exporter: S19")
    asked = graph_of({"areas.yaml": areas, "trade.yaml": trade})

    answer = asked.suppliers("KOR", period="2024")
    assert answer.rows["supplier"].to_pylist() == ["CHN", "S19"]
    assert Naming("Other Asia, nes … no country … In practice Taiwan.") in words_of_notes(
        answer.notes
    )
    assert asked.depends("KOR", on="S19", period="2024").rows["share_usd"].to_pylist() == [0.2]
    with pytest.raises(UsageError, match=r"World \(WLD\) is not a supplier"):
        asked.depends("KOR", on="WLD")
    with pytest.raises(GraphkitError, match="no imports of Other Asia, nes"):
        asked.depends("S19")


def test_taiwan_is_found_under_the_name_that_trade_data_give_it(ask):
    for name in ("Taiwan", "TWN", "S19"):
        answer = ask.depends(name, scope="magnets", period="2024")
        pairs = answer.rows.select(["consumer", "supplier"]).to_pylist()
        assert pairs == [{"consumer": "S19", "supplier": "CHN"}]
        assert any("In practice Taiwan" in note for note in words_of_notes(answer.notes))
    [sold] = ask.depends("KOR", on="Taiwan", scope="magnets", period="2024").rows.to_pylist()
    assert sold["supplier"] == "S19"


def test_an_empty_database_is_told_to_be_filled(store):
    if isinstance(store, DuckStore):
        with pytest.raises(GraphkitError, match="'graphkit load'"):
            Session(store).depends("KOR")
        return
    with pytest.raises(UsageError, match=r"none.*'graphkit load'"):
        Session(store).depends("KOR")


@pytest.mark.parametrize("ask", ["depends", "origins", "concentration", "trend", "flows"])
def test_data_sets_without_a_preference_are_named_not_called_nothing(embedded_of, ask):
    without = re.sub(", preference: [0-9]", "", SMALL["datasets.yaml"])
    asked = embedded_of({"datasets.yaml": without})
    arguments = ["KOR"] if ask in ("depends", "origins", "trend") else []

    with pytest.raises(GraphkitError) as caught:
        getattr(asked, ask)(*arguments)
    assert unsaid(str(caught.value), "preference … `dataset=test`") == []
    assert len(asked.depends("KOR", dataset="test").rows)
    with pytest.raises(GraphkitError, match="imports of Norway"):
        asked.depends("NOR", dataset="test")
