"""Reasons for the ends of ranges of origins: the unpublished figures that make each of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from graphkit.analysis.supply.reasons import SALES, SPLIT, Reason, reason
from graphkit.analysis.supply.tracing import origin_shares
from graphkit.analysis.supply.unknowns import INPUTS, PRODUCTION, OpenShare
from graphkit.answers.coverage import Entry
from graphkit.answers.figures import percent, short_text
from graphkit.answers.terms import Term
from graphkit.catalog.catalog import Catalog
from graphkit.names import possessive
from graphkit.questions.shared.supply import Supply

LEAST, MOST = "at least", "at most"
REACHED, BOUND = "reached", "bound"
NARROW = 1e-6
"""Width of a range whose ends need no reason."""
MOST_NAMED = 3
"""Figures of one end that a note names."""
NOTHING = 1e-6
"""Part of what a country buys below which its production is as none."""


@dataclass(frozen=True)
class GivenFigure(Entry):
    """An unpublished figure, and the value that it has at an end of a range."""

    figure: str
    place: str
    good: str
    value: float | None
    """None: without bound."""
    unit: str


@dataclass(frozen=True)
class EndReason(Entry):
    """The figures that make one end of a range."""

    product: str
    traced_to: str
    origin: str
    end: str
    """At least, or at most."""
    share: float
    state: str
    """``reached`` if a world has this share, else ``bound``."""
    nearest: float
    """The share that the figures make."""
    figures: tuple[GivenFigure, ...]


@dataclass(frozen=True)
class Reasons(Term):
    """The figures that make the ends of the ranges of an answer."""

    reasons: tuple[EndReason, ...]


def reasons_of(
    supply: Supply, consumer: str, stage: str | None, origin: str | None
) -> Iterator[EndReason]:
    """Yield a reason for each end of ranges of one origin, by product and stage.

    It is of the largest origin as traced where none is given.
    """
    network = supply.network
    nodes = network.select([consumer], supply.products_in_scope, "imports")
    orders = dict(zip(network.stages, network.nodes.orders, strict=True))
    for product in supply.products_in_scope:
        place = network.products.index(product)
        importers = nodes[network.nodes.product[nodes] == place]
        behind = {network.stages[other] for other in np.flatnonzero(network.inputs.behind[place])}
        for step in sorted(behind if stage is None else behind & {stage}, key=orders.__getitem__):
            if not len(importers):
                continue
            shares = network.trade.imported[importers] @ origin_shares(network, step).share
            largest = int(np.argmax(shares[0]))
            column = largest if origin is None else network.countries.index(origin)
            share = OpenShare(network, importers, step, column)
            if share.ends[1] - share.ends[0] > NARROW:
                for is_high in (False, True):
                    yield _described(share, product, reason(share, is_high=is_high))


def _described(share: OpenShare, product: str, why: Reason) -> EndReason:
    network = share.network
    figures = []
    for figure, value in why.figures:
        country, good, _ = network.nodes.names(np.array([figure.node]))
        given: float | None = value
        if figure.kind == PRODUCTION and value >= figure.at(1.0):
            given = None
        elif figure.kind == PRODUCTION and value <= NOTHING * figure.unit:
            given = 0.0
        unit = network.unit if figure.kind == PRODUCTION else "share"
        figures.append(GivenFigure(figure.kind, country[0].as_py(), good[0].as_py(), given, unit))
    return EndReason(
        product, share.stage, share.name, MOST if why.is_high else LEAST, why.end,
        REACHED if why.is_reached else BOUND, why.share, tuple(figures),
    )  # fmt: skip


def in_one_sentence(catalog: Catalog, why: EndReason, *, named: bool) -> str:
    """Write a reason, with the product if it is ``named``."""
    label, place = catalog.materials.label, catalog.place_in_text(why.origin)
    texts = [_in_words(catalog, why, figure) for figure in why.figures[:MOST_NAMED]]
    more = len(why.figures) - len(texts)
    if more:
        texts.append(f"{more} more figures" if more > 1 else "1 more figure")
    given = "; ".join(texts) or "as estimated"
    state = REACHED if why.state == REACHED else f"a bound; {percent(why.nearest)} by these"
    product = f"{label(why.product)}, " if named else ""
    return (
        f"{product}{label(why.traced_to)}, {place} {why.end} {percent(why.share)} ({state}): "
        f"{given}."
    )


def _in_words(catalog: Catalog, why: EndReason, given: GivenFigure) -> str:
    """Say what one figure is."""
    in_text, place = catalog.materials.in_text, catalog.place_in_text
    owner, goods, origin = place(given.place), in_text(given.good), place(why.origin)
    whose = f"{possessive(owner)} {goods}"
    if given.figure == PRODUCTION:
        if given.value is None:
            return f"{owner} sells only {goods} that it makes"
        if not given.value:
            return f"{owner} makes no {goods}"
        return f"{owner} makes {short_text(given.value, given.unit)} {given.unit} of {goods}"
    part = "all" if given.value else "nothing"
    if given.figure == INPUTS:
        return f"{part} in {whose} that no data cover is from {origin}"
    if given.figure == SALES:
        return f"{part} of {whose} beyond its imports is from {origin}"
    if given.figure == SPLIT:
        extent = "most" if given.value else "least"
        return f"{whose} is made of inputs with {extent} from {origin}"
    return f"{percent(given.value or 0.0)} of {whose} is from {origin}"
