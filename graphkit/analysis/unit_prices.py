"""Prices as printed, per tonne."""

from __future__ import annotations

from collections.abc import Mapping

POUND = 0.45359237
"""Kilograms in a pound, by definition (International Yard and Pound Agreement, 1959)."""
TROY_OUNCE = 0.0311034768
"""Kilograms in a troy ounce: 480 grains, of which a pound has 7,000."""
PER_TONNE: Mapping[str, float] = {
    "USD/t": 1.0,
    "USD/kg": 1e3,
    "USD/lb": 1e3 / POUND,
    "USc/lb": 1e1 / POUND,
    "USD/ozt": 1e3 / TROY_OUNCE,
}
"""Factors from a printed price to USD per tonne.

A metric ton unit is one hundredth of a tonne of contained metal or oxide, not of the product: it
has none.
"""


def usd_per_tonne(value: float | None, unit: str) -> tuple[float, float] | None:
    """Convert a printed price to USD per tonne; return it with its factor.

    None where the price is not known or its unit is not converted.

    Examples
    --------
    >>> [round(n, 4) for n in usd_per_tonne(16.77, "USD/lb")]
    [36971.5214, 2204.6226]
    >>> usd_per_tonne(257.0, "USD/kg"), usd_per_tonne(252.0, "USD/mtu")
    ((257000.0, 1000.0), None)
    """
    factor = PER_TONNE.get(unit)
    if value is None or factor is None:
        return None
    return value * factor, factor
