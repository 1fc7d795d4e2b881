"""Importer of a bureau's yearbook: one sheet a year, metric tons of ore by country."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from pathlib import Path

from graphkit.errors import GraphkitError
from graphkit.importers.reference import Reference
from graphkit.importers.registry import FILES, MAX_UNKNOWN, OUTPUT, WITH_SHIPPED, Importer
from graphkit.importers.report import Report
from graphkit.importers.seed_files import all_or_nothing, check_draft, write_reference, write_seed

SOURCE = {
    "key": "bureau", "title": "Yearbook of mines", "publisher": "Bureau of Mines",
    "licence": "not stated",
}  # fmt: skip
PRODUCTS = {"Lithium minerals": "lithium-minerals", "Cobalt ore": "cobalt-ore"}


def import_bureau(
    files: Sequence[Path],
    folder: Path,
    reference: Reference,
    *,
    max_unknown: float = 0.01,
    progress: Callable[[str, int], None] = lambda name, rows: None,
) -> Report:
    """Turn sheets with the columns Country, Commodity, Year and Metric tons into seeds."""
    report = Report("t")
    rows = []
    for path in files:
        sheet = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
        progress(path.name, len(sheet))
        report.add("read", f"rows of {path.name}", len(sheet))
        for line, row in enumerate(sheet, start=2):
            try:
                tonnes = float(row["Metric tons"].replace(" ", ""))
                product = PRODUCTS[row["Commodity"]]
            except (KeyError, ValueError) as error:
                raise GraphkitError(f"{path.name}:{line}: found {error}") from error
            report.total += tonnes
            country = reference.place_of(row["Country"])
            if country is None:
                name = row["Country"]
                report.unmapped[name] = report.unmapped.get(name, 0.0) + tonnes
                continue
            rows.append({
                "country": country, "product": product, "period": row["Year"],
                "tonnes": tonnes, "basis": "gross",
            })  # fmt: skip
    report.check(max_unknown)
    report.add("kept", "production of countries", len(rows))
    with all_or_nothing(folder) as draft:
        write_reference(folder, draft)
        written = "written by graphkit import bureau."
        write_seed(draft / "bureau" / "source.yaml", written, "Source", [SOURCE])
        write_seed(
            draft / "bureau" / "production.yaml", written, "PRODUCES", rows,
            defaults={"source": "bureau"}, sort=("country", "product"),
        )  # fmt: skip
        check_draft(draft, folder)
    return report


IMPORTER = Importer(
    "bureau", import_bureau,
    "Turn a bureau's yearbook of mines into seeds.",
    "Each row has a country, a commodity, a year and metric tons.",
    ("yearbook-2024.csv -o my-seeds",),
    (FILES, OUTPUT, MAX_UNKNOWN, WITH_SHIPPED),
)  # fmt: skip
