"""Turns the USGS's long series of rare earths and lithium into production and US balances.

    python tools/build_history.py --data FOLDER [--out seeds]

FOLDER holds ``usgs_editions/ds140_rare_earths_1900_2020.csv`` and ``ds140_lithium_1900_2021.csv``:
the sheets of Data Series 140. Unit values in dollars of 1998 and world production as lithium
carbonate are left out: they are the other figures times a factor; so is the gross weight of lithium
minerals in years that have the lithium content, for production has one figure a year and source.
Production of the United States stands in its balance alone: as the one country of a table of makers
it would stand for all of them. A year that is not available has no row.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from graphkit.errors import GraphkitError
from graphkit.importers.seed_files import write_seed

WITHHELD, NOT_AVAILABLE = "W", ("NA", "")
GROSS_NOTE = (
    "Gross weight of lithium minerals, and since 1967 of lithium carbonate from brines; after 1954 "
    "without the United States, in 1966 and 1967 without Zimbabwe."
)
CREDIT = (
    "USGS, Historical Statistics for Mineral and Material Commodities in the United States, Data\n"
    "Series 140 (US public domain); written by tools/build_history.py: change that, not this file."
)


@dataclass(frozen=True)
class Sheet:
    """One file: what its columns are in the graph; a column of neither kind is left out."""

    file: str
    source: str
    element: str
    product: str
    basis: str
    year: str
    produced: Mapping[str, tuple[str, str | None]]
    """Columns of world production: their basis and note; of a year with two figures, the first."""
    reported: Mapping[str, tuple[str, str]]
    """Columns of the balance: statistic and label."""
    left_out: tuple[str, ...]


SHEETS = (
    Sheet(
        "ds140_rare_earths_1900_2020.csv", "usgs-ds140-rare-earths", "REE", "rare-earth-ore",
        "REO", "year",
        {"world_production_t": ("REO", None)},
        {"us_production_t": ("production", "Production, mineral concentrates"),
         "imports_t": ("imports", "Imports, ores, compounds, metals, and alloys"),
         "exports_t": ("exports", "Exports, ores, compounds, metals, and alloys"),
         "apparent_consumption_t": ("consumption", "Apparent consumption"),
         "unit_value_usd_t": ("price", "Unit value, imports and exports, dollars per metric ton "
                              "of rare-earth oxides")},
        ("unit_value_98usd_t",),
    ),
    Sheet(
        "ds140_lithium_1900_2021.csv", "usgs-ds140-lithium", "Li", "lithium-minerals",
        "Li-content", "Year",
        {"World production (lithium content)": ("Li-content", None),
         "World production (gross weight)": ("gross", GROSS_NOTE)},
        {"Production": ("production", "Production, mines and brines"),
         "Imports": ("imports", "Imports"), "Exports": ("exports", "Exports"),
         "Estimated consumption": ("consumption", "Estimated consumption"),
         "Unit value ($/t)": ("price", "Unit value, lithium carbonate, dollars per metric ton")},
        ("Unit value (98$/t)", "World production (lithium carbonate equivalent)"),
    ),
)  # fmt: skip


def read_sheet(path: Path, sheet: Sheet) -> list[dict[str, str]]:
    """Read the rows of a sheet.

    Raises
    ------
    GraphkitError
        A column is missing or not known, or a cell is no number, W or NA.
    """
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    columns = {sheet.year, *sheet.produced, *sheet.reported, *sheet.left_out}
    if not rows or set(rows[0]) != columns:
        raise GraphkitError(f"{sheet.file}: wanted the columns {', '.join(sorted(columns))}")
    for row in rows:
        for name in columns - {sheet.year}:
            text = row[name]
            if text not in (WITHHELD, *NOT_AVAILABLE) and not text.replace(".", "", 1).isdigit():
                raise GraphkitError(
                    f"{sheet.file}: {row[sheet.year]}: {name}: found {text!r}, wanted a number, W "
                    "or NA"
                )
    return rows


def production_rows(sheet: Sheet, rows: Sequence[Mapping[str, str]]) -> list[dict[str, object]]:
    """Make the rows of world production of one sheet, one for a year."""
    by_year: dict[str, dict[str, object]] = {}
    for column, (basis, note) in sheet.produced.items():
        for row in rows:
            if row[column] not in NOT_AVAILABLE:
                by_year.setdefault(row[sheet.year], {
                    "product": sheet.product, "period": row[sheet.year],
                    "tonnes": float(row[column]), "basis": basis, "note": note,
                    "source": sheet.source,
                })  # fmt: skip
    return list(by_year.values())


def balance_rows(sheet: Sheet, rows: Sequence[Mapping[str, str]]) -> list[dict[str, object]]:
    """Make the rows of the US balance of one sheet, in order of statistic and year."""
    return [
        {"element": sheet.element, "statistic": statistic, "label": label,
         "period": row[sheet.year],
         "value": None if row[column] == WITHHELD else float(row[column]),
         "qualifier": "withheld" if row[column] == WITHHELD else None,
         "published_value": WITHHELD if row[column] == WITHHELD else None,
         "unit": "USD/t" if statistic == "price" else "t",
         "basis": None if statistic == "price" else sheet.basis, "source": sheet.source}
        for column, (statistic, label) in sheet.reported.items()
        for row in rows if row[column] not in NOT_AVAILABLE
    ]  # fmt: skip


def build(data: Path, out: Path) -> list[str]:
    """Write both seeds; return a report."""
    produced: list[dict[str, object]] = []
    reported: list[dict[str, object]] = []
    for sheet in SHEETS:
        rows = read_sheet(data / "usgs_editions" / sheet.file, sheet)
        produced += production_rows(sheet, rows)
        reported += balance_rows(sheet, rows)
    write_seed(
        out / "production" / "history-1900-2021.yaml",
        f"World production of rare earths and lithium; of no country alone.\n{CREDIT}",
        "PRODUCES", produced, defaults={"country": "WLD", "observed": True},
        sort=("product", "period"),
    )  # fmt: skip
    write_seed(
        out / "balances" / "earlier-1900-2021.yaml",
        "Rare earths and lithium in the United States: production, trade, consumption, unit "
        f"values.\n{CREDIT}",
        "REPORTS", reported, defaults={"country": "USA"},
        sort=("element", "statistic", "period"),
    )  # fmt: skip
    return [
        f"production/history-1900-2021: {len(produced)} figures",
        f"balances/earlier-1900-2021: {len(reported)} figures",
    ]


def main() -> None:
    """Run it from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds usgs_editions/")
    parser.add_argument("--out", type=Path, default=Path("seeds"), help="folder of the seeds")
    options = parser.parse_args()
    print("\n".join(build(options.data, options.out)))


if __name__ == "__main__":
    main()
