"""Measures of many networks at once: one pass over the flows of all products and periods."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

import pyarrow as pa

from graphkit.analysis.blocks import Blocks, blocks
from graphkit.analysis.columns import UNIT
from graphkit.analysis.grouped_markets import concentration, shares
from graphkit.analysis.grouped_result import Measure
from graphkit.analysis.grouped_scores import betweenness, pagerank
from graphkit.analysis.grouped_tracing import origins, removals
from graphkit.errors import UsageError


@dataclass(frozen=True)
class Measured:
    """The measure of some networks, and how many rows of the table they were added up from."""

    table: pa.Table
    flows: int


def measured(flows: pa.Table, asked: Measure) -> Iterator[Measured]:
    r"""One measure of the network of every product and period, some networks at a time.

    Parameters
    ----------
    flows : pyarrow.Table
        As for :func:`~graphkit.analysis.blocks.blocks`.
    asked : Measure
        Its ``name`` is one of

        - ``shares``: each supplier's part of what a consumer buys, ``share``, and the amount.
        - ``concentration``: for each consumer the ``total``, how many ``suppliers``, ``hhi`` (0 to
          10,000), ``hhi_normalised``, ``effective_suppliers``, ``cr1``, ``cr3``, ``shannon`` and
          the ``top`` supplier, as :func:`~graphkit.analysis.indices.indices` defines them.
        - ``pagerank``, ``betweenness``: of each country, with the number of ``nodes``, as
          :func:`~graphkit.analysis.centrality.centrality` defines them.
        - ``look-through``: the ``origin`` of each consumer's imports with ``share``,
          ``face_value``, ``hidden``, ``low`` and ``high``, as
          :func:`~graphkit.analysis.look_through.look_through` defines them.
        - ``removal``: the ``loss`` of each ``consumer`` without each other country (``removed``),
          of its imports and through all countries between, as
          :func:`~graphkit.analysis.removal.removal_losses` defines it, and what it buys there
          directly, ``face_value``.

        The last two follow one product's trade to those who make it. What they make is taken from
        the production, and where none is published, is the least that trade shows: what a country
        sells beyond what it buys. ``observed_share`` says which part of all that is sold is sold
        by countries with published production; ``low`` and ``high`` leave open what is not.

    Yields
    ------
    Measured
        Tables of one schema: what the network is of, then country (or ``consumer`` and
        ``supplier``) in order, then the numbers with their unit in the field's metadata.

    Raises
    ------
    UsageError
        There is no such measure or amount.
    GraphkitError
        As :func:`~graphkit.analysis.blocks.blocks`.

    Examples
    --------
    >>> flows = pa.table({"supplier": ["A", "B"], "consumer": ["C", "C"], "product": ["ore"] * 2,
    ...                   "period": ["2024"] * 2, "usd": [3.0, 1.0]})
    >>> [some.table["share"].to_pylist() for some in measured(flows, Measure("shares"))]
    [[0.75, 0.25]]
    >>> [some.table.select(["consumer", "hhi", "top"]).to_pylist()
    ...  for some in measured(flows, Measure("concentration"))]
    [[{'consumer': 'C', 'hhi': 6250.0, 'top': 'A'}]]
    """
    return (job() for job in measuring(flows, asked))


def measuring(flows: pa.Table, asked: Measure) -> Iterator[Callable[[], Measured]]:
    """What :func:`measured` does, as pieces of work that do not hang on one another."""
    for name, given, known in (("measure", asked.name, MEASURES), ("by", asked.by, UNIT)):
        if given not in known:
            raise UsageError(f"{name}: found {given!r}, wanted one of {', '.join(known)}")
    whole = blocks(flows, asked.by, "supplier" if asked.name == "betweenness" else "consumer")
    return (partial(_measure, part, asked) for part in whole.parts())


def _measure(part: Blocks, asked: Measure) -> Measured:
    return Measured(MEASURES[asked.name](part, asked), int(part.flows.sum()))


def schema_of(asked: Measure, scopes: Iterable[str]) -> pa.Schema:
    """The columns of an answer about networks that differ in some scopes.

    Examples
    --------
    >>> schema_of(Measure("shares"), ["product", "period"]).names
    ['product', 'period', 'consumer', 'supplier', 'usd', 'share']
    """
    ends = {name: ["x"] for name in ("supplier", "consumer", *scopes)}
    flow = pa.table({**ends, asked.by: [1.0]})
    schema: pa.Schema = next(measured(flow, replace(asked, production=None))).table.schema
    return schema


MEASURES: Mapping[str, Callable[[Blocks, Measure], pa.Table]] = {
    "shares": shares,
    "concentration": concentration,
    "pagerank": pagerank,
    "betweenness": betweenness,
    "look-through": origins,
    "removal": removals,
}
"""Every measure by its name."""
TRACING = ("look-through", "removal")
"""Those that ask who makes a product."""
