"""Single points of failure by share of supply, and within one country."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from graphkit.analysis.network.rows import column_of
from graphkit.arrow import SHARE, counts, number, texts
from graphkit.errors import GraphkitError

SHARES = pa.schema([
    *texts("supplier", "consumer", "product", "stage", "definition", "verdict"),
    *(number(name, SHARE) for name in ("share", "low", "high")),
])  # fmt: skip
DOMESTIC = pa.schema([
    *texts("country", "product", "element", "period", "verdict"),
    *counts("producing_countries"), number("world_share", SHARE), *texts("claim", "source"),
])  # fmt: skip
SOLE = "sole domestic producer"


def share_points(traced: pa.Table, *, threshold: float = 0.5) -> pa.Table:
    """Find suppliers with at least a threshold of a consumer's supply.

    Parameters
    ----------
    traced : pyarrow.Table
        As :func:`~graphkit.analysis.supply.look_through.look_through` returns it.
    threshold : float
        0.5; the EU's Critical Raw Materials Act has 0.65 for any stage.

    Returns
    -------
    pyarrow.Table
        ``supplier``, ``consumer``, ``product``, ``stage``; ``definition`` ("face value" of the
        product, once, under its first row; "looked through" to the stage), ``verdict``,
        ``share``, ``low``, ``high`` (0 to 1). The verdict is "certain" where even ``low`` reaches
        the threshold, "as traced" where ``share`` does, "possible" where only ``high`` does. A
        consumer never counts as its own supplier. In the order of ``traced``, face value first.

    Examples
    --------
    >>> traced = pa.table({
    ...     "consumer": ["KOR"] * 2, "product": ["magnets"] * 2, "stage": ["mine", "component"],
    ...     "origin": ["CHN"] * 2, "share": [0.6, 0.9], "face_value": [0.4] * 2,
    ...     "low": [0.3, 0.7], "high": [1.0, 0.95]})
    >>> share_points(traced).select(["stage", "definition", "verdict"]).to_pylist()[0]
    {'stage': 'mine', 'definition': 'looked through', 'verdict': 'as traced'}
    """
    if not 0 < threshold <= 1:
        raise GraphkitError(f"found a threshold of {threshold:g}, wanted more than 0, at most 1")
    faces, looked, seen = [], [], set()
    for row in traced.to_pylist():
        ends = {"supplier": row["origin"], **{n: row[n] for n in ("consumer", "product", "stage")}}
        if row["low"] is None or row["origin"] == row["consumer"]:
            continue
        face = row["face_value"]
        key = (row["origin"], row["consumer"], row["product"])
        if face >= threshold and key not in seen:
            seen.add(key)
            faces.append({**ends, "stage": None, "definition": "face value", "verdict": "certain",
                          "share": face, "low": face, "high": face})  # fmt: skip
        if row["high"] >= threshold:
            verdict = "as traced" if row["share"] >= threshold else "possible"
            if row["low"] >= threshold:
                verdict = "certain"
            looked.append({**ends, "definition": "looked through", "verdict": verdict,
                           **{n: row[n] for n in ("share", "low", "high")}})  # fmt: skip
    return pa.Table.from_pylist([*faces, *looked], SHARES)


def domestic_points(production: pa.Table, claims: pa.Table | None = None) -> pa.Table:
    """Find stages that exactly one producer in a country does, as far as data tells.

    The definition [1]_ counts firms or plants, which data by country does not: that a country has
    exactly one producer is known only where a source says so. Country data does show a product
    that exactly one country makes.

    Parameters
    ----------
    production : pyarrow.Table
        ``country``, ``product``, ``period`` and ``tonnes`` or ``share``, ``source``; no totals.
    claims : pyarrow.Table, optional
        Published claims: ``key``, ``consumer``, ``product``, ``element``, ``period``,
        ``measure``, ``source``. Only those of the measure "sole domestic producer" count.

    Returns
    -------
    pyarrow.Table
        ``country``, ``product`` or ``element``, ``period``; ``verdict``: "published" (a source
        says so), "one producing country" (of the countries with published production only this
        one makes it; how many producers it has is not known) or "cannot be told";
        ``producing_countries``, ``world_share`` (0 to 1, null where not published), ``claim``,
        ``source``. Published first, then by product, period, country.

    References
    ----------
    .. [1] Nassar, N. T., Fortier, S. M. (2021). "Methodology and technical input for the 2021
           review and revision of the U.S. Critical Minerals List". USGS Open-File Report
           2021-1045. https://doi.org/10.3133/ofr20211045

    Examples
    --------
    >>> production = pa.table({"country": ["USA", "CHN", "BRA"], "product": ["Be", "REE", "REE"],
    ...                        "period": ["2024"] * 3, "tonnes": [180.0, 270000.0, 20.0],
    ...                        "share": [None, 0.71, 0.0001], "source": ["usgs"] * 3})
    >>> domestic_points(production).select(["country", "product", "verdict"]).to_pylist()[0]
    {'country': 'USA', 'product': 'Be', 'verdict': 'one producing country'}
    """
    rows = [_claimed(row) for row in (claims.to_pylist() if claims is not None else [])
            if row["measure"] == SOLE]  # fmt: skip
    rows.sort(key=lambda row: [row[n] or "" for n in ("country", "element", "product", "claim")])
    for name in ("country", "product", "period", "source"):
        column_of(production, name)
    makers: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for row in production.to_pylist():
        if row.get("tonnes") != 0 and row.get("share") != 0:
            scope = (row["product"], row["period"], row["source"])
            makers.setdefault(scope, []).append(row)
    for scope in sorted(makers):
        countries = {row["country"] for row in makers[scope]}
        verdict = "one producing country" if len(countries) == 1 else "cannot be told"
        for row in sorted(makers[scope], key=lambda row: str(row["country"])):
            rows.append({
                **{n: row[n] for n in ("country", "product", "period", "source")},
                "verdict": verdict, "producing_countries": len(countries),
                "world_share": row.get("share"),
            })  # fmt: skip
    return pa.Table.from_pylist(rows, DOMESTIC)


def _claimed(row: Mapping[str, Any]) -> dict[str, Any]:
    """Turn a published statement of a sole producer into a row."""
    return {
        **{n: row[n] for n in ("product", "element", "period", "source")},
        "country": row["consumer"], "verdict": "published", "claim": row["key"],
    }  # fmt: skip
