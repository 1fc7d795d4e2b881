"""Turns trade of the United States, by four-digit heading, into seeds of trade.

    python tools/build_usitc.py --data FOLDER [--out seeds] [--totals tests/data/usitc/totals.csv]

FOLDER holds ``usitc/``, the figures of the US International Trade Commission's DataWeb with 18
partners, by year and for January to April. A heading becomes a product where it holds little else:
those of ``HEADINGS``, the codes of four digits in traded-as.yaml. The totals of the source by
heading and flow are written too, for a test of the seeds.
"""

from __future__ import annotations

import argparse
import csv
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from graphkit.errors import GraphkitError
from graphkit.importers.reference import read_reference
from graphkit.importers.seed_files import SeedTable, write_table

FILE = "usitc_us_trade_hts4_1993_2026.parquet"
HEADINGS: Mapping[str, str] = {
    "2504": "natural-graphite",
    "2602": "manganese-ore",
    "2603": "copper-ore",
    "2606": "bauxite",
    "2609": "tin-ore",
    "2610": "chromite",
    "2611": "tungsten-ore",
    "2846": "ree-compounds",
    "8106": "bismuth",
    "8110": "antimony-metal",
}
"""Product of each heading that holds nothing else, as traded-as.yaml has it."""
GROSS = {"kilograms": 0.001, "metric tons": 1.0}
"""Tonnes in the units of gross mass; others count what the goods contain, or pieces."""
VALUE = "Value for: "
QUANTITY = "First Unit of Quantity"
VALUES = {"import": "Customs Value", "export": "FAS Value"}
PERIODS = {"year": "{year}", "jan-apr": "{year}-01..{year}-04"}
Key = tuple[str, str, str]
"""Country, heading and period of a flow."""


def flows_of(rows: Sequence[Mapping[str, object]], flow: str) -> dict[Key, dict[str, float | None]]:
    """Add up the values of each partner, heading and period, and the mass where all of it is one.

    Raises
    ------
    GraphkitError
        A partner is unknown.
    """
    place_of = read_reference().place_of
    values: dict[Key, dict[str, float]] = defaultdict(dict)
    masses: dict[Key, dict[str, float]] = defaultdict(dict)
    for row in rows:
        heading, partner = str(row["hts4"]), str(row["partner"])
        if row["flow"] != flow or heading not in HEADINGS:
            continue
        place = place_of(partner) or place_of(partner.partition(" (")[0])
        if place is None:
            raise GraphkitError(f"{FILE}: found the partner {partner!r}, which no seed has")
        key = (place, heading, PERIODS[str(row["period"])].format(year=row["year"]))
        unit, amount = str(row["unit"]).removeprefix(VALUE), float(str(row["value"]))
        if row["measure"] == VALUES[flow]:
            values[key][unit] = values[key].get(unit, 0.0) + amount
        elif row["measure"] == QUANTITY:
            masses[key][unit] = masses[key].get(unit, 0.0) + amount
    flows = {}
    for key, usd in sorted(values.items()):
        gross = all(unit in GROSS and unit in masses[key] for unit in usd)
        tonnes = sum(GROSS[unit] * masses[key][unit] for unit in usd) if gross else None
        flows[key] = {"usd": sum(usd.values()), "tonnes": tonnes}
    return flows


def build(source: Path, out: Path, totals: Path) -> list[str]:
    """Write the seeds of both directions and the totals of the source; return a report."""
    rows = parquet.read_table(source).to_pylist()
    report = []
    for flow, name in (("import", "usitc-imports"), ("export", "usitc-exports")):
        flows = flows_of(rows, flow)
        write_table(_seed(name, flow, flows), out / "trade")
        report.append(f"{name}: {len(flows)} flows")
    _write_totals(rows, totals)
    return report


def _seed(name: str, flow: str, flows: Mapping[Key, Mapping[str, float | None]]) -> SeedTable:
    partner, own = ("exporter", "importer") if flow == "import" else ("importer", "exporter")
    columns: dict[str, list[object]] = {
        partner: [place for place, _, _ in flows],
        "product": [HEADINGS[heading] for _, heading, _ in flows],
        "hs": [heading for _, heading, _ in flows],
        "period": [period for _, _, period in flows],
    }
    numbers = {
        column: pa.array([amounts[column] for amounts in flows.values()], pa.float64())
        for column in ("usd", "tonnes")
    }
    texts = {column: pa.array(values, pa.string()) for column, values in columns.items()}
    defaults = {
        own: "USA", "dataset": name, "source": "usitc-dataweb", "basis": "gross",
        "reporter": "importer" if flow == "import" else "exporter", "valuation": "fob",
    }  # fmt: skip
    counted = (
        "Imports by customs value, without freight and insurance."
        if flow == "import"
        else "Exports free alongside ship."
    )
    comment = (
        f"{flow.capitalize()}s of the United States under {len(HEADINGS)} headings of four digits, "
        f"with 18 partners:\nyears from 1993 on, and January to April of each year.\n"
        f"{counted} A partner that is not here was not asked\nfor, or had no trade: unknown, never "
        "zero. Mass is given where all of the value is counted in it.\n"
        "US International Trade Commission, DataWeb, retrieved 10 July 2026 (US public domain), "
        "read from\ntherealjameswilson/critical-minerals-records-stage-v3 at a67e3d42; written "
        f"by\ntools/build_usitc.py: change that, not this file.\n{len(flows):,} flows."
    )
    table = pa.table({**texts, **numbers})
    return SeedTable(f"{name}-hts4", "EXPORTS", table, defaults, {}, comment)


def _write_totals(rows: Sequence[Mapping[str, object]], path: Path) -> None:
    """Write what the source has of each flow, heading and kind of figure, all years together."""
    totals: dict[tuple[str, ...], list[float]] = defaultdict(list)
    for row in rows:
        if str(row["hts4"]) in HEADINGS:
            names = ("flow", "hts4", "period", "measure", "unit")
            totals[tuple(str(row[name]) for name in names)].append(float(str(row["value"])))
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["flow", "heading", "period", "measure", "unit", "rows", "sum"])
        for key, values in sorted(totals.items()):
            writer.writerow([*key, len(values), f"{sum(values):.15g}"])


def main() -> None:
    """Run it from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds usitc/")
    parser.add_argument("--out", type=Path, default=Path("seeds"), help="folder of the seeds")
    parser.add_argument("--totals", type=Path, default=Path("tests/data/usitc/totals.csv"))
    options = parser.parse_args()
    print("\n".join(build(options.data / "usitc" / FILE, options.out, options.totals)))


if __name__ == "__main__":
    main()
