"""Measures how far two statistical offices differ on one share, for ``docs/methods.md``.

US customs (USITC DataWeb) and BACI count the same imports of the United States. Of each product and
year that both have, the shares of the partners that US customs list, among those partners by
value, are set beside each other.

    python tools/measure_offices.py
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from statistics import quantiles

import graphkit

SMALLEST = 0.05
"""Share from which a partner is counted: of smaller ones nobody writes."""
IMPORTS = """
MATCH (supplier:Country)-[flow:EXPORTS]->(:Country {iso3: 'USA'})
WHERE flow.dataset = $dataset AND flow.usd IS NOT NULL
RETURN flow.product AS product, flow.period AS period, supplier.iso3 AS supplier,
       sum(flow.usd) AS usd
ORDER BY product, period, supplier
"""


def imports(session: graphkit.Session, dataset: str) -> dict[tuple[str, str], dict[str, float]]:
    """Return the imports of the United States by partner, by product and year."""
    amounts: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
    for row in session.cypher(IMPORTS, dataset=dataset).to_pylist():
        if row["period"].isdigit():
            amounts[row["product"], row["period"]][row["supplier"]] = row["usd"]
    return dict(amounts)


def differences(session: graphkit.Session) -> Sequence[float]:
    """Return the differences of the shares, smallest first, 0 to 1."""
    customs, reconciled = imports(session, "usitc-imports"), imports(session, "baci-hs92")
    points = []
    for scope in customs.keys() & reconciled.keys():
        listed = customs[scope]
        others = {partner: reconciled[scope].get(partner, 0.0) for partner in listed}
        whole, other_whole = sum(listed.values()), sum(others.values())
        for partner, usd in listed.items():
            share = usd / whole
            if share >= SMALLEST and other_whole:
                points.append(abs(share - others[partner] / other_whole))
    return sorted(points)


def main() -> None:
    """Print the number of shares and how far they differ."""
    with graphkit.open() as session:
        points = differences(session)
    half, three_quarters, nine_tenths = (quantiles(points, n=20)[n] for n in (9, 14, 17))
    print(f"{len(points):,} shares; half differ by at most {100 * half:.1f} points, three quarters "
          f"by {100 * three_quarters:.1f}, nine tenths by {100 * nine_tenths:.1f}")  # fmt: skip


if __name__ == "__main__":
    main()
