"""A stop or a cut of exports, followed through the stages."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from graphkit.analysis.columns import SHARE, flags, number, texts
from graphkit.analysis.losses import system
from graphkit.analysis.supply import SupplyNetwork
from graphkit.errors import GraphkitError

SMALLEST, ROUNDING = 1e-12, 1e-9
LOSSES = pa.schema([
    *texts("consumer", "product", "stage"),
    *(number(n, SHARE) for n in ("direct", "indirect", "loss")),
    number("lost_imports"), *(number(n, SHARE) for n in ("recovered", "uncovered")),
    *flags("nothing_left"),
])  # fmt: skip


def disruption(
    network: SupplyNetwork,
    exporters: Sequence[str],
    *,
    products: Sequence[str] | None = None,
    destinations: Sequence[str] | None = None,
    loss: float = 1.0,
    slack: float = 0.0,
    consumers: Sequence[str] | None = None,
    base: str = "imports",
    minimum: float = 0.0,
) -> pa.Table:
    r"""What every consumer loses if some countries stop or cut their exports of some products.

    The exports are cut, not what the exporters use at home. With :math:`Q` the shares of each
    pool by the pools it comes out of, bought or made into the product, and :math:`\lambda` the
    part of each link that is cut,

    .. math:: \ell = b + \hat Q \ell, \quad \hat Q_{ji} = Q_{ji} (1 - \lambda_{ji}), \quad
              b_j = \sum_i Q_{ji} \lambda_{ji}

    so that everybody passes on their loss in proportion and nobody substitutes. ``direct`` is b;
    the rest comes through others: re-exporters, and makers of later products. Of what a country
    buys, both are the same sums over its imports. With slack, the suppliers left deliver up to
    slack more of the part u in which there is nothing of the exports that are cut:
    :math:`\min(\ell_j, slack \cdot u_j)` is recovered.

    Parameters
    ----------
    network : SupplyNetwork
    exporters : sequence of str
        Who cuts. Trade among them goes on.
    products, destinations : sequence of str, optional
        What is cut, and for whom; otherwise everything, for all.
    loss : float
        Which part of those exports is lost, more than 0, at most 1.
    slack : float
        Extra output of the suppliers left, 0 or more.
    consumers : sequence of str, optional
        Only these.
    base : {"imports", "supply"}
        What losses are shares of: what the consumer buys, or that and what it makes, which can
        be lost too for lack of inputs.
    minimum : float
        Leave out losses of at most this.

    Returns
    -------
    pyarrow.Table
        ``consumer``, ``product``, ``stage``; of the consumer's imports or supply (0 to 1)
        ``direct``, ``indirect`` and their sum ``loss``; ``lost_imports`` in the measure;
        ``recovered`` and ``uncovered`` of the loss; ``nothing_left``. The exporters are consumers
        too. In order of the chain of products, largest uncovered loss first.

    Raises
    ------
    GraphkitError
        A loss or slack out of range; a country or product without data; nothing to cut.

    Examples
    --------
    C buys half from A, half from B, and B buys all it has from A. A cuts its exports by 80 %:

    >>> from graphkit.analysis.supply_tables import supply_network
    >>> flows = pa.table({"supplier": ["A", "A", "B"], "consumer": ["B", "C", "C"],
    ...                   "product": ["ore"] * 3, "tonnes": [4.0, 3.0, 3.0]})
    >>> mines = pa.table({"country": ["A"], "product": ["ore"], "tonnes": [9.0]})
    >>> network = supply_network(flows, mines, measure="tonnes")
    >>> for row in disruption(network, ["A"], loss=0.8).to_pylist():
    ...     print(row["consumer"], *(round(row[n], 3) for n in ("direct", "indirect", "loss")))
    B 0.8 0.0 0.8
    C 0.4 0.4 0.8
    """
    if not slack >= 0:
        raise GraphkitError(f"found a slack of {slack:g}, wanted 0 or more")
    asked = network.select(consumers, None, base)
    cut = cut_flows(network, exporters, products, destinations, loss)
    direct, lost, gone = _followed(network, cut, base)
    _, passed, _ = _followed(network, np.where(cut > 0, 1.0, 0.0), base)
    recovered = np.minimum(lost, slack * (1.0 - passed))
    left = lost - recovered
    rows = asked[lost[asked] > max(minimum, SMALLEST)]
    keys = (network.country[rows], -left[rows].round(12), network.product[rows])
    rows = rows[np.lexsort(keys)]
    columns = [
        *network.names(rows), pa.array(direct[rows]), pa.array((lost - direct)[rows]),
        pa.array(lost[rows]), pa.array(gone[rows]), pa.array(recovered[rows]),
        pa.array(left[rows]), pa.array(left[rows] >= 1 - ROUNDING),
    ]  # fmt: skip
    unit = LOSSES.field("lost_imports").with_metadata({"unit": network.unit})
    place = LOSSES.get_field_index("lost_imports")
    return pa.table(columns, schema=LOSSES.set(place, unit))


def cut_flows(
    network: SupplyNetwork, exporters: Sequence[str], products: Sequence[str] | None,
    destinations: Sequence[str] | None, loss: float,
) -> np.ndarray:  # fmt: skip
    """Which part of each flow is cut, by :func:`disruption`'s parameters."""
    if not 0 < loss <= 1:
        raise GraphkitError(f"found a loss of {loss:g}, wanted more than 0, at most 1")
    sellers = np.isin(np.arange(network.size), network.nodes_of(exporters))
    hit = sellers[network.source] & ~sellers[network.target]
    if products is not None:
        hit &= np.isin(network.product[network.source], network.products_of(products))
    if destinations is not None:
        buyers = np.isin(np.arange(network.size), network.nodes_of(destinations))
        hit &= buyers[network.target]
    if not hit.any():
        what = ", ".join(products) if products is not None else "any product"
        whom = f" to {', '.join(destinations)}" if destinations is not None else ""
        raise GraphkitError(f"no exports of {what} from {', '.join(exporters)}{whom} are known")
    return np.where(hit, loss, 0.0)


def _followed(
    network: SupplyNetwork, cut: np.ndarray, base: str
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Direct loss and loss of each pool's imports or supply; loss of imports in the measure."""
    from scipy.sparse import csr_array
    from scipy.sparse.linalg import spsolve

    share = network.amount / network.supply[network.target]
    pairs, shape = (network.target, network.source), (network.size, network.size)
    kept = csr_array((share * (1 - cut), pairs), shape=shape)
    direct = np.bincount(network.target, share * cut, network.size)
    links = network.links - network.bought + kept
    lost = np.clip(spsolve(system(network, links), direct), 0.0, 1.0)
    gone = network.amount * (cut + (1 - cut) * lost[network.source])
    imports = np.bincount(network.target, gone, network.size)
    if base == "supply":
        return direct, lost, imports
    taken = np.bincount(network.target, network.amount * cut, network.size)
    total = np.where(network.imports > 0, network.imports, 1.0)
    return taken / total, np.clip(imports / total, 0.0, 1.0), imports
