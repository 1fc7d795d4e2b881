"""The picture of each answer, chosen by the columns of its rows."""

from __future__ import annotations

from collections.abc import Callable

from graphkit.answer import Answer
from graphkit.plot.canvas import Picture, empty
from graphkit.plot.figures import (
    checked_claims,
    conflicts,
    controls,
    criticality,
    listed_claims,
    reliance,
    without_largest,
)
from graphkit.plot.hubs import hubs
from graphkit.plot.losses import failures, losses
from graphkit.plot.markets import changes, concentration, mirror_reports, prices, trend
from graphkit.plot.origins import domestic_points, origins_by_stage, single_points
from graphkit.plot.published import published_changes, published_shares
from graphkit.plot.shares import shares_by_supplier

Drawing = Callable[[Answer], Picture]
KINDS: tuple[tuple[str, Drawing], ...] = (
    ("supplier share_usd share_tonnes", shares_by_supplier),
    ("traced_to origin face_value", origins_by_stage),
    ("supplier definition traced_to", single_points),
    ("removed", single_points),
    ("producing_countries world_share", domestic_points),
    ("direct indirect recovered uncovered", losses),
    ("round failed loss", failures),
    ("hhi_low hhi_high cr1", concentration),
    ("period previous hhi_usd", trend),
    ("share_usd_before share_usd_after", changes),
    ("usd_per_tonne figure", prices),
    ("usd_exporter usd_importer", mirror_reports),
    ("rank nodes pairs flow_share", hubs),
    ("verdict claimed_low found", checked_claims),
    ("other_claim conflict", conflicts),
    ("claim statement value", listed_claims),
    ("reliance_low published_value", reliance),
    ("ratio_low largest", without_largest),
    ("supply_risk_low published_supply_risk", criticality),
    ("announcement since suspended_from", controls),
    ("share share_of", published_shares),
    ("share_before share_after", published_changes),
)
"""Columns that the rows must have, and the function that draws them; the first that fits counts."""


def picture(answer: Answer) -> Picture:
    """Draw an answer; of one that has nothing to draw, a line that says so.

    Returns
    -------
    Picture
        Its ``option`` is plain data, which ECharts 6 draws anywhere; shares are in percent.
    """
    if not len(answer.rows):
        return empty(answer, "the answer has no rows")
    names = set(answer.rows.column_names)
    for columns, draw in KINDS:
        if names.issuperset(columns.split()):
            return draw(answer)
    return empty(answer, "its rows have no figures")
