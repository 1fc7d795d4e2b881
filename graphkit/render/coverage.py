"""What an answer rests on and what it lacks, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphkit.answer import Answer
from graphkit.arrow import VALUED
from graphkit.render.plain_text import visible
from graphkit.render.totals import total_line
from graphkit.render.values import money, percent, shown

IN_SENTENCES = (
    "flows", "usd", "flows_without_tonnes", "usd_share_without_tonnes", "flows_without_usd",
    "products", "products_without_trade_data", "series", "network", "production", "totals",
)  # fmt: skip
"""What of a coverage is said in sentences of its own."""
STATES = {
    "observed": "published",
    "inferred": "inferred from trade or a share",
    "missing": "unknown",
}
WORTH = {"usd": "value", "tonnes": "weight"}
REPORTERS = {
    "reconciled": "reports of both sides reconciled",
    "exporter": "as exporters report",
    "importer": "as importers report",
}


def coverage_lines(answer: Answer) -> list[str]:
    """What an answer counts and lacks."""
    found = answer.coverage
    lines = []
    if found.get("flows"):
        products = found["products"]
        lines.append(
            f"{_count(found['flows'], 'flow')} {_worth(found)}in {_count(products, 'product')}"
            f"{_without(found)}."
        )
    lines += [_series_line(series) for series in found.get("series", ())]
    if found.get("products_without_trade_data"):
        names = ", ".join(found["products_without_trade_data"])
        lines.append(f"In scope, but without trade data: {names}.")
    lines += map(_pool_line, found.get("network", ()))
    lines += map(_production_line, found.get("production", ()))
    lines += map(total_line, found.get("totals", ()))
    others = ((name, value) for name, value in found.items() if name not in IN_SENTENCES)
    return [*lines, *(_other_line(name, value) for name, value in others)]


def _worth(found: Mapping[str, Any]) -> str:
    """The sum of the values, and where they are taken; none of the same trade told twice."""
    if found["usd"] is None:
        return "of several series that tell of the same trade, so that they are not added up, "
    borders = sorted({border for series in found["series"] for border in _borders(series)})
    return f"worth {money(found['usd'])} USD ({' and '.join(borders)}) "


def _borders(series: Mapping[str, Any]) -> list[str]:
    kinds = series["valuation"].split("+") if series["valuation"] else [None]
    return [VALUED[kind] for kind in kinds]


def _other_line(name: str, value: Any) -> str:
    """What another answer covers: the name of a number, or of a list of names."""
    if isinstance(value, list | tuple):
        value = ", ".join(map(str, value)) or "none"
    said = f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else shown(value)
    label = name.replace("_", " ")
    return f"{label[0].upper()}{label[1:]}: {visible(said)}."


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'s' * (number != 1)}"


def _without(found: Mapping[str, Any]) -> str:
    said = ""
    if found["flows_without_tonnes"]:
        share = found["usd_share_without_tonnes"]
        worth = f" ({percent(share)} of the value)" if share is not None else ""
        said += f"; {found['flows_without_tonnes']:,} of them without a weight{worth}"
    if found["flows_without_usd"]:
        said += f"; {found['flows_without_usd']:,} of them without a value"
    return said


def _series_line(series: Mapping[str, Any]) -> str:
    code = f"HS {series['hs']}" if series["hs"] else "no HS code"
    revision = f" ({series['hs_revision']})" if series["hs_revision"] else ""
    basis = f"{series['basis'] or 'unknown'} weight"
    reporter = REPORTERS.get(series["reporter"], series["reporter"])
    borders = _borders(series)
    if borders != [VALUED["fob"]]:
        reporter += f", values {' and '.join(borders)}"
    return (
        f"{series['product']}, {series['period']}: {code}{revision}, {basis}, {reporter}; "
        f"data set {series['dataset']}, source {series['source']}."
    )


def _pool_line(pool: Mapping[str, Any]) -> str:
    """How well a product of a supply network is known."""
    name = f"{pool['product']} ({pool['stage']})"
    known = [f"{said} for {pool[state]}" for state, said in STATES.items() if pool[state]]
    made = f"production {', '.join(known)} of its countries"
    if not pool["traded"]:
        return f"{name}: no trade is known; {made}."
    amount = f"{money(pool['amount'])} USD"
    if pool["measure"] == "tonnes":
        amount = f"{pool['amount']:,.0f} t"
    lacking = pool["flows_without_measure"]
    left_out = f" ({_count(lacking, 'more flow')} without a {WORTH[pool['measure']]})"
    sold = ", ".join(
        f"{percent(pool[f'{state}_share'])} {said}"
        for state, said in STATES.items()
        if pool[f"{state}_share"]
    )
    return (
        f"{name}: {_count(pool['flows'], 'flow')} of {amount}{left_out if lacking else ''}; "
        f"{made}, of what is sold {sold}."
    )


def _production_line(figures: Mapping[str, Any]) -> str:
    """Where figures of production are from."""
    basis = f", {figures['basis']}" if figures.get("basis") else ""
    said = _count(figures["figures"], "figure")
    return f"Production of {figures['product']}: {said}{basis}; source {figures['source']}."
