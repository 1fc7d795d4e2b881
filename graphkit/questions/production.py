"""Production as it was published, one figure a country and product."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from graphkit.queries import rows_of
from graphkit.questions.facts import COUNTRIES, Facts

MADE = pa.schema([
    *(pa.field(n, pa.string()) for n in ("country", "product")),
    *(pa.field(n, pa.float64()) for n in ("tonnes", "share")),
    pa.field("observed", pa.bool_()), pa.field("basis", pa.string()),
    pa.field("source", pa.string()), pa.field("claim", pa.string()),
])  # fmt: skip


def production_of(facts: Facts, chain: Sequence[str], period: str) -> tuple[pa.Table, list[str]]:
    """One figure for each country and product: amounts first, then shares that were claimed."""
    notes: list[str] = []
    rows = rows_of(facts.store, "production", products=list(chain), periods=[period]).to_pylist()
    published = {
        s["key"]: s["published"] or "" for s in rows_of(facts.store, "sources").to_pylist()
    }
    found: dict[tuple[str, str], dict[str, Any]] = {}
    rows.sort(key=lambda r: (published.get(r["source"], ""), r["source"]), reverse=True)
    for row in rows:
        if row["type"] not in COUNTRIES:
            continue
        pair = (row["country"], row["product"])
        if pair in found:
            notes.append(f"Production of {row['product']} in {row['country']} is taken from "
                         f"{found[pair]['source']}; {row['source']} has a figure too.")  # fmt: skip
            continue
        found[pair] = {n: row.get(n) for n in MADE.names if n != "claim"}
    for claim in _claimed_shares(facts, chain, period):
        pair = (claim["country"], claim["product"])
        if pair not in found:
            found[pair] = claim
        elif found[pair].get("claim"):
            notes.append(f"The share of {claim['country']} in the production of "
                         f"{claim['product']} is taken from claim {found[pair]['claim']}; "
                         f"{claim['claim']} gives {100 * claim['share']:g} %.")  # fmt: skip
    ordered = [found[pair] for pair in sorted(found)]
    return pa.Table.from_pylist(ordered, MADE), notes


def _claimed_shares(facts: Facts, chain: Sequence[str], period: str) -> list[dict[str, Any]]:
    """Shares of world production that were published as claims, the most precise first."""
    rows = []
    for claim in facts.claims.to_pylist():
        plain = claim["value"] is not None and claim["qualifier"] in (None, "about", "rounded")
        if not plain or claim["kind"] != "share" or claim["measure"] != "production":
            continue
        if claim["period"] != period or claim["supplier"] is None or claim["consumer"] is not None:
            continue
        product = claim["product"] or _product_of(facts, claim, chain)
        if product in chain:
            rows.append({
                "country": claim["supplier"], "product": product, "share": claim["value"],
                "observed": True, "source": claim["source"], "claim": claim["key"],
            })  # fmt: skip
    return sorted(rows, key=lambda r: (-len(f"{r['share']:.6g}"), r["claim"]))


def _product_of(facts: Facts, claim: Mapping[str, Any], chain: Sequence[str]) -> str | None:
    """The one product of the chain that an element at a stage means: it holds all of it."""
    members = facts.materials.members.get(claim["element"], {claim["element"]})
    fits = [
        product
        for product in chain
        if facts.materials.products[product]["stage"] == claim["stage"]
        and len(members & facts.materials.contents.get(product, set())) > len(members) / 2
    ]
    return fits[0] if len(fits) == 1 else None


def figures_by_source(made: pa.Table) -> list[dict[str, Any]]:
    """How many figures of each product come from where."""
    groups = made.group_by(["product", "source", "basis"]).aggregate([([], "count_all")])
    rows = groups.rename_columns(["product", "source", "basis", "figures"]).to_pylist()
    return sorted(rows, key=lambda r: (r["product"], r["source"], r["basis"] or ""))
