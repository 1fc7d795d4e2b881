"""Reasons for the ends of ranges of origins: the unpublished figures that make each of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from graphkit.analysis.supply.reasons import SALES, SPLIT, Reason, reason
from graphkit.analysis.supply.tracing import origin_shares
from graphkit.analysis.supply.unknowns import INPUTS, PRODUCTION, OpenShare
from graphkit.answers.figures import percent, short_text
from graphkit.answers.reasons import (
    BOUND,
    LEAST,
    MOST,
    REACHED,
    AlikeFigures,
    EndReason,
    GivenFigure,
)
from graphkit.catalog.catalog import Catalog
from graphkit.names import possessive
from graphkit.questions.shared.supply import Supply

NARROW = 1e-6
"""Width of a range whose ends need no reason."""
NOTHING = 1e-6
"""Part of what a country buys below which its production is as none."""


def reasons_of(
    catalog: Catalog, supply: Supply, consumer: str, stage: str | None, origin: str | None
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
                    yield _described(
                        catalog, share, consumer, product, reason(share, is_high=is_high)
                    )


def _described(
    catalog: Catalog, share: OpenShare, consumer: str, product: str, why: Reason
) -> EndReason:
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
        consumer, product, share.stage, share.name, MOST if why.is_high else LEAST, why.end,
        REACHED if why.is_reached else BOUND, why.share,
        tuple(in_groups(catalog, product, share.name, figures)), tuple(figures),
    )  # fmt: skip


def in_groups(
    catalog: Catalog, product: str, origin: str, figures: Sequence[GivenFigure]
) -> Iterator[AlikeFigures]:
    """Put figures in words, the same ones of several countries together."""
    groups: dict[GivenFigure, list[GivenFigure]] = {}
    for given in figures:
        groups.setdefault(replace(given, place=""), []).append(given)
    for alike in groups.values():
        yield AlikeFigures(_in_words(catalog, product, origin, alike), len(alike))


def _in_words(catalog: Catalog, product: str, origin: str, alike: Sequence[GivenFigure]) -> str:
    """Say what a figure is of one country, or of several that have the same."""
    given, others = alike[0], len(alike) - 1
    goods, place = catalog.materials.in_text(given.good), catalog.place_in_text
    owner, source = place(given.place), place(origin)
    whose, verb, own = f"{possessive(owner)} {goods}", "s", "its own"
    if others:
        owner = f"{owner} and {others} {'others' if others > 1 else 'other'}"
        whose, verb, own = f"{goods} of {owner}", "", "their own"
    is_product = given.good == product
    if given.figure == PRODUCTION:
        if given.value is None:
            return f"{owner} sell{verb} only {own}{'' if is_product else f' {goods}'}"
        if not given.value:
            return f"{owner} make{verb} {'none' if is_product else f'no {goods}'}"
        amount = f"{short_text(given.value, given.unit)} {given.unit}"
        return f"{owner} make{verb} {amount}{'' if is_product else f' of {goods}'}"
    part = "all" if given.value else "none"
    if given.figure == INPUTS:
        return f"{part} of the unknown inputs of {owner if is_product else whose} are from {source}"
    if given.figure == SALES:
        return f"{part} of {whose} beyond imports are from {source}"
    if given.figure == SPLIT:
        extent = "most" if given.value else "least"
        return f"the inputs of {owner if is_product else whose} have {extent} from {source}"
    return f"{percent(given.value or 0.0)} of {whose} is from {source}"
