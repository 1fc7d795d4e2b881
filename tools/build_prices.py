"""Turns the World Bank's monthly prices of metals into seeds of prices of the world.

    python tools/build_prices.py --data FOLDER [--out seeds]

FOLDER holds ``prices/pink_sheet_metals_monthly_1960_2026M05.csv``: some series of the World Bank's
Commodity Price Data, by month.
"""

from __future__ import annotations

import argparse
import csv
from collections import Counter
from pathlib import Path

import pyarrow as pa

from graphkit.errors import GraphkitError
from graphkit.importers.seed_files import SeedTable, write_table
from graphkit.period import Period

FILE = "pink_sheet_metals_monthly_1960_2026M05.csv"
SINCE = "1995-01"
"""First month: that of trade."""
LME = "Price, London Metal Exchange, settlement"
SERIES = {
    "Aluminum": ("Al", "aluminum", f"{LME} (before 2005 cash), 99.7% purity"),
    "Copper": ("Cu", "copper-refined", f"{LME}, grade A"),
    "Lead": ("Pb", "lead-refined", f"{LME}, 99.97% purity"),
    "Nickel": ("Ni", "nickel-refined", f"{LME} (before 2005 cash), 99.8% purity"),
    "Platinum": ("Pt", "platinum", "Price, spot (before June 2025 London afternoon fixing)"),
    "Silver": ("Ag", "silver", "Price, London afternoon fixing"),
    "Tin": ("Sn", "tin-refined", f"{LME}, 99.85% purity"),
    "Zinc": ("Zn", "zinc-refined", f"{LME}, 99.95% purity"),
}
"""Element, product and label of each series."""
RELAYED = "relayed whole: the World Bank is not among its sources"
NO_ELEMENT = "no element or product in the graph"
LEFT_OUT = {
    "Coal, Australian": NO_ELEMENT, "Gold": NO_ELEMENT, "Iron ore, cfr spot": NO_ELEMENT,
    "Phosphate rock": RELAYED, "Potassium chloride": RELAYED,
}  # fmt: skip
UNITS = {"$/mt": "USD/t", "$/troy oz": "USD/ozt"}
COMMENT = """
Prices of metals on world markets, the average of each month since January 1995.
World Bank, Commodity Price Data (The Pink Sheet) of 2 June 2026, CC BY 4.0, which is the default
for data that the World Bank produces: two series of fertilizers of which its description names
others alone as sources are left out.
Written by tools/build_prices.py: change that, not this file."""


def build(data: Path, out: Path) -> list[str]:
    """Write the seed of monthly prices; return a report.

    Raises
    ------
    GraphkitError
        A series, a unit or a month is not known, or a price is not a number above zero.
    """
    rows: list[dict[str, object]] = []
    omitted: Counter[str] = Counter()
    with (data / "prices" / FILE).open(encoding="utf-8", newline="") as file:
        for line, cell in enumerate(csv.DictReader(file), start=2):
            name, month = cell["commodity"], cell["month"]
            if name in LEFT_OUT or (name in SERIES and month < SINCE):
                omitted[f"{name}: {LEFT_OUT.get(name, f'before {SINCE}')}"] += 1
                continue
            try:
                element, product, label = SERIES[name]
                unit, value = UNITS[cell["unit"]], float(cell["price"])
                if Period(month).months != 1 or not value > 0:
                    raise ValueError(f"{month}: {value}")
            except (KeyError, ValueError) as error:
                raise GraphkitError(f"{FILE}:{line}: found {cell}: {error}") from error
            rows.append({
                "element": element, "product": product, "label": label, "period": month,
                "value": value, "unit": unit,
            })  # fmt: skip
    rows.sort(key=lambda row: (str(row["element"]), str(row["period"])))
    seed = SeedTable(
        "prices-monthly-1995-2026", "REPORTS", pa.Table.from_pylist(rows),
        {"country": "WLD", "statistic": "price", "note": "Average of the month.",
         "source": "world-bank-pink-sheet"},
        {}, f"{COMMENT}\n{len(rows):,} prices of {len(SERIES)} metals.",
    )  # fmt: skip
    write_table(seed, out / "balances")
    return [f"balances/{seed.name}: {len(rows):,} prices"] + [
        f"left out: {why}: {count:,} months" for why, count in sorted(omitted.items())
    ]


def main() -> None:
    """Run it from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds prices/")
    parser.add_argument("--out", type=Path, default=Path("seeds"), help="folder of the seeds")
    options = parser.parse_args()
    print("\n".join(build(options.data, options.out)))


if __name__ == "__main__":
    main()
