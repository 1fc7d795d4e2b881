"""A load of a part of the trade holds that part, and every other fact."""

from pathlib import Path

import pytest
from saying import unsaid
from seed_texts import SMALL, write_seeds

from graphkit.cli.app import run
from graphkit.stores.duck.store import DuckStore

TWO = {
    "products.yaml": SMALL["products.yaml"]
    + "  - {key: dy-metal, name: Dysprosium metal, stage: metal}\n",
    "trade.yaml": SMALL["trade.yaml"]
    + "  - {exporter: CHN, importer: NOR, period: 2023, usd: 5, product: dy-metal}\n",
}
PRODUCTS = 2


def held(path: Path) -> tuple[set[tuple[str, str]], int]:
    """The products and periods of the trade in a database, and its number of products."""
    with DuckStore(path) as store:
        flows = store.run(
            "MATCH ()-[f:EXPORTS]->() RETURN f.product AS product, f.period AS period"
        )
        products = store.run("MATCH (p:Product) RETURN count(*) AS n").table["n"][0].as_py()
    return {(row["product"], row["period"]) for row in flows.table.to_pylist()}, products


@pytest.mark.parametrize(
    ("options", "trade"),
    [
        (["--for", "ree-metals"], {("ree-metals", "2024"), ("ree-metals", "2025-Q1")}),
        (["--for", "Dy", "--years", "2024"], {("ree-metals", "2024")}),
        (["--years", "2023-2024"], {("ree-metals", "2024"), ("dy-metal", "2023")}),
    ],
)
def test_a_part_of_the_trade_is_loaded_with_all_else(tmp_path, options, trade):
    folder, path = write_seeds(tmp_path / "seeds", TWO), tmp_path / "part.duckdb"

    assert run(["load", str(folder), "--db", str(path), *options]) == 0

    assert held(path) == (trade, PRODUCTS)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--for", "gold", "--db", "part.duckdb"], "'gold'"),
        (["--years", "1950", "--db", "part.duckdb"], "no trade … years"),
        (["--years", "2024"], "a database of their own"),
    ],
)
def test_what_cannot_be_loaded_in_part_is_said(tmp_path, monkeypatch, capsys, options, message):
    monkeypatch.chdir(tmp_path)
    folder = write_seeds(tmp_path / "seeds", TWO)

    assert run(["load", str(folder), *options]) == 2

    assert unsaid(capsys.readouterr().err, message) == []
    assert not (tmp_path / "part.duckdb").exists()
