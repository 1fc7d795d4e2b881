"""An ingredient does not answer for its element, in any question and on both databases."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from seed_texts import SMALL, write_seeds

from graphkit.api import Session
from graphkit.build import build_graph
from graphkit.errors import GraphkitError
from graphkit.seeds import read_seeds
from graphkit.stores import Store
from graphkit.stores.embedded import EmbeddedStore

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
def ask(store: Store, tmp_path: Path) -> Callable[..., Session]:
    def made(more: str = "") -> Session:
        trade = {"trade.yaml": MAGNETS["trade.yaml"] + more}
        store.load(build_graph(read_seeds(write_seeds(tmp_path / "seeds", MAGNETS, trade))))
        return Session(store)

    return made


QUESTIONS: dict[str, Callable[[Session], Any]] = {
    "spof": lambda graph: graph.single_points("KOR", scope="cobalt"),
    "suppliers": lambda graph: graph.suppliers("KOR", scope="cobalt"),
    "depends": lambda graph: graph.depends("KOR", scope="cobalt"),
    "origins": lambda graph: graph.origins("KOR", scope="cobalt"),
    "disrupt": lambda graph: graph.disrupt("JPN", scope="cobalt"),
    "trend": lambda graph: graph.trend("KOR", scope="cobalt"),
}


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_without_trade_of_its_own_an_ingredient_does_not_answer(ask, question):
    with pytest.raises(GraphkitError, match="no trade data for cobalt") as refused:
        question(ask())

    assert "Needed: trade in cobalt-oxides (HS 282200)." in str(refused.value)
    assert "Bought for something else, but with it in them: magnets." in str(refused.value)


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_what_holds_an_element_for_something_else_stands_below_and_in_no_row(ask, question):
    answer = question(ask(COBALT))

    assert set(answer.rows["product"].to_pylist()) == {"cobalt-oxides"}
    assert answer.elsewhere.to_pylist() == [
        {"product": "magnets", "stage": "metal", "element": "Co", "role": "alloying",
         "note": "Added to some.", "source": "customs"}
    ]  # fmt: skip
    assert "Contains cobalt (Co), bought for something else" in repr(answer)


def test_the_same_product_answers_for_what_it_is_bought_for(ask):
    graph = ask()
    rows = graph.suppliers("KOR", scope="dysprosium", period="2024").rows.to_pylist()

    assert [(row["product"], row["supplier"]) for row in rows] == [
        ("magnets", "CHN"), ("ree-metals", "CHN"), ("ree-metals", "JPN"),
    ]  # fmt: skip


def test_a_group_is_answered_by_products_of_which_a_member_is_main(ask):
    with pytest.raises(GraphkitError, match="no trade data for iron group"):
        ask().suppliers("KOR", scope="iron group")


@pytest.mark.parametrize("element", ["cobalt", "boron", "nickel", "aluminium"])
@pytest.mark.parametrize("question", ["single_points", "suppliers", "depends"])
def test_magnets_answer_for_no_element_that_they_are_alloyed_with(
    sample_store: EmbeddedStore, question: str, element: str
) -> None:
    # The sample has trade in rare earths and magnets alone.
    with pytest.raises(
        GraphkitError, match=r"itself: no .* with it in them: magnets-metal"
    ) as told:
        getattr(Session(sample_store), question)("KOR", scope=element)

    assert "Needed: trade in " in str(told.value)
