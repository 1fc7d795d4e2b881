"""Writes docs/products.md, the table by which a reviewer checks the products of the shipped seeds.

python tools/products_page.py
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from graphkit.answers.note import Remark
from graphkit.seeds.check import Facts
from graphkit.seeds.facts import read_seeds

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs/products.md"
HEAD = """\
# The products

Written by `python tools/products_page.py` from `seeds/reference`, for a reviewer: the short name of
each product in tables and pictures, its key, the HS codes that it travels under and how well they
fit, its stage, what it is made from, its main elements, what others are in it for, and the remark
beside its figures. A step that gives it as a by-product names its host. Where a row of the seeds
has another source than `graphkit` (its own classification), the table names it.

| product | key | stage | codes and fit | made from | main | others | remark | source |
|---|---|---|---|---|---|---|---|---|
"""


def products_page(facts: Facts) -> str:
    """Return the page of a folder of reference seeds.

    Products are in the order of the chain, then by key.
    """
    place = {row["key"]: row["position"] for row in facts["Stage"].to_pylist()}
    codes, inputs, parts = (
        _by(facts, kind, name)
        for kind, name in (("TRADED_AS", "product"), ("MADE_INTO", "output"),
                           ("CONTAINS", "product"))
    )  # fmt: skip
    products = sorted(facts["Product"].to_pylist(), key=lambda r: (place[r["stage"]], r["key"]))
    return HEAD + "".join(
        _line(row, codes[row["key"]], inputs[row["key"]], parts[row["key"]]) for row in products
    )


Rows = list[dict[str, Any]]


def _by(facts: Facts, kind: str, name: str) -> Mapping[str, Rows]:
    """Group the rows of a kind by one column."""
    found: dict[str, Rows] = defaultdict(list)
    for row in facts[kind].to_pylist():
        found[row[name]].append(row)
    return found


def _line(product: Mapping[str, Any], codes: Rows, inputs: Rows, parts: Rows) -> str:
    """Write the row of one product."""
    travels = sorted({(c["code"], c["revision"], c["fit"]) for c in codes})
    made = sorted(
        f"{i['input']} ({i['kind']} of {i['host']})" if i["host"] else i["input"] for i in inputs
    )
    main = sorted(p["element"] for p in parts if p["role"] == "main")
    other = sorted(f"{p['element']} ({p['role']})" for p in parts if p["role"] != "main")
    sources = sorted({row["source"] for row in (product, *codes, *inputs, *parts)} - {None})
    cells = (
        product["short"] or product["name"], product["key"], product["stage"],
        ", ".join(f"{code} {fit} ({revision})" for code, revision, fit in travels),
        ", ".join(made), ", ".join(main), ", ".join(other), _remark(product),
        ", ".join(sources),
    )  # fmt: skip
    return f"| {' | '.join(cells)} |\n"


def _remark(product: Mapping[str, Any]) -> str:
    """Write the remark on a product, and the figures that it is on alone."""
    return str(Remark(product["remark"] or "", product["remark_on"] or ""))


def main() -> None:
    """Write the page."""
    PAGE.write_text(products_page(read_seeds(ROOT / "seeds/reference")), encoding="utf-8")


if __name__ == "__main__":
    main()
