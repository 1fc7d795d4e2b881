"""The chain behind a country's imports: who made them out of whose material, stage by stage."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from graphkit.analysis.supply.look_through import UNKNOWN, UNTRACEABLE
from graphkit.analysis.supply.network import SupplyNetwork
from graphkit.analysis.supply.tracing import made_from, origin_shares, stage_order
from graphkit.arrow import LINKS


def stage_links(network: SupplyNetwork, consumer: str, product: str) -> pa.Table:
    r"""Split a consumer's imports of a product by the makers of each two stages in a row.

    Of the imports that a country :math:`j` made at a stage, with the share :math:`w_j`, the part
    :math:`w_j T_{ji}` has its work of the stage before from :math:`i`, where row :math:`j` of
    :math:`T` is the origin of what :math:`j` made
    (:func:`~graphkit.analysis.supply.tracing.origin_shares`). So the shares of the makers of a
    stage are those of :func:`~graphkit.analysis.supply.look_through.look_through`, up to what
    countries make without the stage between: it counts here with their pool of that stage.

    Parameters
    ----------
    network : SupplyNetwork
    consumer, product : str

    Returns
    -------
    pyarrow.Table
        ``consumer``, ``product``, ``stage`` and ``maker``, ``next_stage`` and ``next_maker`` (the
        consumer, without a stage, after the last), ``share`` (0 to 1, of the imports); from the
        last stage to the first. Empty if a stage of the chain has several products, of which
        the shares of makers do not tell how much of each they made.

    Raises
    ------
    GraphkitError
        The consumer imports none of it here; the message lists what has data.
    """
    rows = network.select([consumer], [product], "imports")
    chain = _single_products(network, network.products.index(product))
    names = [*network.countries, UNKNOWN, UNTRACEABLE]
    found: list[dict[str, object]] = []
    shares, above, above_stage = np.ones(1), [consumer], ""
    for place, (_, stage) in enumerate(chain):
        origins = origin_shares(network, stage)
        mix = np.column_stack([origins.share, origins.unknown, origins.untraceable])
        if place == 0:
            joint = network.imported[rows] @ mix
        else:
            joint = _by_maker(network, chain[place - 1][0], mix, stage, shares)
        for j, i in zip(*np.nonzero(joint > 0), strict=True):
            found.append({
                "consumer": consumer, "product": product, "stage": stage, "maker": names[i],
                "next_stage": above_stage, "next_maker": above[j], "share": float(joint[j, i]),
            })  # fmt: skip
        shares, above, above_stage = joint.sum(axis=0), names, stage
    return pa.Table.from_pylist(found, LINKS)


def _by_maker(
    network: SupplyNetwork, product: int, mix: np.ndarray, stage: str, shares: np.ndarray
) -> np.ndarray:
    """Split the shares of the makers of a product by the origins of what each of them made."""
    nodes = np.flatnonzero(network.product == product)
    made, _ = made_from(network, nodes, mix, stage_order(network, stage), network.covered)
    width = len(network.countries)
    made[:, width] += 1.0 - network.covered[nodes]
    made[:, width + 1] += np.clip(1.0 - made.sum(axis=1), 0.0, None)
    joint = np.zeros((width + 2, width + 2))
    joint[:width, width] = shares[:width]  # Of a maker without a pool, the origins are unknown.
    joint[network.country[nodes]] = shares[network.country[nodes], None] * made
    joint[[width, width + 1], [width, width + 1]] = shares[width:]
    return joint


def _single_products(network: SupplyNetwork, product: int) -> list[tuple[int, str]]:
    """Return product and stage of each step back; nothing if a stage has several products."""
    inputs, outputs = network.product[network.may_input], network.product[network.may_output]
    behind, new = {product}, {product}
    while new:
        new = {int(i) for i in inputs[np.isin(outputs, list(new))]} - behind
        behind |= new
    order = sorted(behind, key=lambda one: -network.orders[one])
    stages = [network.stages[one] for one in order]
    if len(set(stages)) < len(stages):
        return []
    return list(zip(order, stages, strict=True))
