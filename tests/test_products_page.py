"""The page of products is what its tool writes, and every product on it is complete."""

from __future__ import annotations

from pathlib import Path

import pytest
from products_page import PAGE, products_page

from graphkit.seeds.facts import read_seeds

SEEDS = Path(__file__).parents[1] / "seeds/reference"


@pytest.fixture(scope="module")
def page() -> str:
    return products_page(read_seeds(SEEDS))


def test_the_page_is_what_the_tool_writes(page):
    """It is corrected by ``python tools/products_page.py``."""
    assert PAGE.read_text(encoding="utf-8") == page


@pytest.mark.parametrize(
    "row",
    [
        "| Alumina | alumina | separate | 281820 exact (HS92) | bauxite | Al |  |  | graphkit |",
        "| Bauxite | bauxite | mine | 2606 exact (HS92), 260600 exact (HS92), "
        "26060000 exact (HS22) |  | Al, bauxite | "
        "Ga (by-product) |  | graphkit |",
        "| Lithium hydroxide | lithium-hydroxide | separate | 282520 dominant (HS92) | "
        "lithium-carbonate, lithium-minerals | Li |  | trade: lithium oxide counted with it "
        "| graphkit |",
    ],
)
def test_a_row_gives_codes_inputs_and_elements_with_their_role(page, row):
    assert row in page.splitlines()


def test_a_by_product_names_its_host(page):
    (gallium,) = [line for line in page.splitlines() if "| gallium |" in line]

    assert "alumina (by-product of Al)" in gallium
