"""An ingredient does not answer for its element, in any question and on both databases."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from saying import unsaid
from seed_texts import SMALL

from graphkit.api import Session
from graphkit.catalog.catalog import Catalog
from graphkit.errors import GraphkitError
from graphkit.stores.duck.store import DuckStore

MAGNETS = {
    "elements.yaml": SMALL["elements.yaml"]
    + "  - {key: Co, name: Cobalt, type: element}\n"
    + "  - {key: ferrous, name: Iron group, type: group}\n"
    + "  - {key: Ni, name: Nickel, type: element, member_of: [ferrous]}\n",
    "codes.yaml": SMALL["codes.yaml"]
    + "  - {code: 282200, description: Cobalt oxides}\n"
    + "  - {code: 850511, description: Magnets}\n",
    "products.yaml": SMALL["products.yaml"]
    + "  - {key: cobalt-oxides, name: Cobalt oxides, stage: metal}\n"
    + "  - {key: magnets, name: Magnets, stage: metal}\n",
    "contains.yaml": SMALL["contains.yaml"]
    + "  - {product: cobalt-oxides, element: Co, role: main}\n"
    + "  - {product: magnets, element: Dy, role: main}\n"
    + "  - {product: magnets, element: Co, role: alloying, note: Added to some.}\n"
    + "  - {product: magnets, element: Ni, role: alloying}\n",
    "traded-as.yaml": "kind: TRADED_AS\ndefaults: {source: customs, revision: HS92, fit: exact}\n"
    "rows:\n  - {product: cobalt-oxides, code: 282200}\n  - {product: magnets, code: 850511}\n",
    "trade.yaml": SMALL["trade.yaml"]
    + "  - {exporter: CHN, importer: KOR, product: magnets, hs: 850511, period: 2024, usd: 900}\n",
}
COBALT = (
    "  - {exporter: JPN, importer: KOR, product: cobalt-oxides, hs: 282200, period: 2024, usd: 5}\n"
)


@pytest.fixture
def ask(graph_of: Callable[..., Session]) -> Callable[..., Session]:
    def made(more: str = "") -> Session:
        return graph_of(MAGNETS, {"trade.yaml": MAGNETS["trade.yaml"] + more})

    return made


QUESTIONS: dict[str, Callable[..., Any]] = {
    "spof": lambda graph, scope="cobalt": graph.spof("KOR", scope=scope),
    "suppliers": lambda graph, scope="cobalt": graph.suppliers("KOR", scope=scope),
    "depends": lambda graph, scope="cobalt": graph.depends("KOR", scope=scope),
    "origins": lambda graph, scope="cobalt": graph.origins("KOR", scope=scope),
    "disrupt": lambda graph, scope="cobalt": graph.disrupt("JPN", scope=scope),
    "trend": lambda graph, scope="cobalt": graph.trend("KOR", scope=scope),
}


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_without_trade_of_its_own_an_ingredient_does_not_answer(ask, question):
    with pytest.raises(GraphkitError, match=r"no trade .*cobalt") as refused:
        question(ask())

    assert unsaid(str(refused.value), "Needed: … cobalt oxides (HS 282200)") == []
    assert unsaid(str(refused.value), "something else … magnets") == []


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_what_holds_an_element_for_something_else_stands_below_and_in_no_row(ask, question):
    answer = question(ask(COBALT))

    assert set(answer.rows["product"].to_pylist()) == {"cobalt-oxides"}
    assert answer.elsewhere.to_pylist() == [
        {"product": "magnets", "stage": "metal", "element": "Co", "role": "alloying",
         "note": "Added to some.", "source": "customs"}
    ]  # fmt: skip
    assert unsaid(str(answer), "Contains cobalt (Co) … something else") == []


def test_the_same_product_answers_for_what_it_is_bought_for(ask):
    graph = ask()
    rows = graph.suppliers("KOR", scope="dysprosium", period="2024").rows.to_pylist()

    assert [(row["product"], row["supplier"]) for row in rows] == [
        ("ree-metals", "CHN"), ("ree-metals", "JPN"), ("magnets", "CHN"),
    ]  # fmt: skip


def test_a_group_is_answered_by_products_of_which_a_member_is_main(ask):
    with pytest.raises(GraphkitError, match=r"no trade .*iron group"):
        ask().suppliers("KOR", scope="iron group")


BASKET = {
    "elements.yaml": MAGNETS["elements.yaml"] + "  - {key: Sm, name: Samarium, type: element}\n",
    "contains.yaml": MAGNETS["contains.yaml"] + "  - {product: magnets, element: Sm, role: main}\n",
}
"""Magnets bought for two elements; for each alone they are a basket."""
SALES = """\
  - {exporter: JPN, importer: KOR, product: magnets, hs: 850511, period: 2024, usd: 100}
  - {exporter: NOR, importer: KOR, product: magnets, hs: 850511, period: 2024, usd: 50}
"""


@pytest.fixture
def ask_basket(graph_of: Callable[..., Session]) -> Callable[..., Session]:
    def made(*changes: dict[str, str | None]) -> Session:
        return graph_of(MAGNETS, BASKET, {"trade.yaml": MAGNETS["trade.yaml"] + SALES}, *changes)

    return made


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_a_basket_is_named_in_caption_rows_and_coverage_of_every_answer(ask_basket, question):
    answer = question(ask_basket(), "samarium")

    basket = "Basket: magnets (HS 850511) … dysprosium … not samarium (Sm) alone"
    assert unsaid(answer.caption, basket) == []
    assert {row["product"]: row["fit"] for row in answer.rows.to_pylist()} == {"magnets": "basket"}
    assert {series.fit for series in answer.coverage.series} == {"basket"}
    assert "Magnets (HS 850511, basket)" in " ".join(str(answer).split())


@pytest.mark.parametrize("scope", ["dysprosium,samarium", "magnets"])
def test_a_product_asked_for_with_all_its_elements_or_by_name_fits_exactly(ask_basket, scope):
    answer = ask_basket().suppliers("KOR", scope=scope, period="2024")

    found = {row["product"]: row["fit"] for row in answer.rows.to_pylist()}
    assert found["magnets"] == "exact"
    assert "Basket" not in answer.caption


@pytest.mark.parametrize("definition", ["share", "structural"])
def test_no_verdict_on_an_element_follows_from_a_basket(ask_basket, definition):
    graph = ask_basket()

    def verdicts(scope: str) -> set[str]:
        answer = graph.spof("KOR", scope=scope, definition=definition, period="2024")
        return {row["verdict"] for row in answer.rows.to_pylist() if row["product"] == "magnets"}

    assert "certain" in verdicts("magnets")
    assert verdicts("samarium") == {"basket"}


def test_a_basket_from_one_supplier_alone_is_certain_for_each_of_its_elements(ask_basket):
    answer = ask_basket({"trade.yaml": MAGNETS["trade.yaml"]}).spof("KOR", scope="samarium")

    assert {(r["definition"], r["verdict"]) for r in answer.rows.to_pylist()} == {
        ("face value", "certain"), ("looked through", "certain"),
    }  # fmt: skip


def test_a_code_with_other_goods_is_a_proxy_and_gives_no_verdict(ask_basket):
    codes = {"traded-as.yaml": (MAGNETS["traded-as.yaml"] or "").replace(
        "{product: magnets, code: 850511}", "{product: magnets, code: 850511, fit: proxy}"
    )}  # fmt: skip
    rows = ask_basket(codes).spof("KOR", scope="magnets").rows.to_pylist()

    assert {(row["fit"], row["verdict"]) for row in rows} == {("proxy", "proxy")}


SHIPPED = [
    ("Al", "bauxite", ()), ("bauxite", "bauxite", ()), ("phosphate", "phosphate-rock", ()),
    ("Ni", "nickel-ore", ()), ("Ga", "minor-metals", ("Ge", "Hf", "In", "Nb", "Re", "V")),
    ("REE", "ree-compounds", ("Sc",)), ("REE", "magnets-metal", ()),
]  # fmt: skip


@pytest.mark.parametrize(("element", "product", "others"), SHIPPED)
def test_only_other_elements_that_a_product_is_bought_for_make_it_a_basket(
    sample_store: DuckStore, element: str, product: str, others: tuple[str, ...]
) -> None:
    scope = Catalog(sample_store).materials.scope(element)

    assert scope.mixed.get(product, ()) == others


@pytest.mark.parametrize("element", ["platinum", "platinum group"])
@pytest.mark.parametrize("product", ["precious-metal-ores", "precious-metal-scrap"])
def test_ores_and_scrap_of_gold_and_silver_do_not_answer_for_platinum(
    sample_store: DuckStore, product: str, element: str
) -> None:
    scope = Catalog(sample_store).materials.scope(element)

    assert product not in scope.products
    assert product in scope.elsewhere["product"].to_pylist()


@pytest.mark.parametrize("element", ["cobalt", "boron", "nickel", "aluminium"])
@pytest.mark.parametrize("question", ["spof", "suppliers", "depends"])
def test_magnets_answer_for_no_element_that_they_are_alloyed_with(
    sample_store: DuckStore, question: str, element: str
) -> None:
    # The sample has trade in rare earths and magnets alone.
    with pytest.raises(GraphkitError, match=rf"no .*{element[:6]}.*metal magnets") as told:
        getattr(Session(sample_store), question)("KOR", scope=element)

    assert "Needed: trade in " in str(told.value)
