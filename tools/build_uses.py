"""Turns tables of end uses into seeds: shares of the EU's study, main uses of the USGS, sectors.

    python tools/build_uses.py --data FOLDER [--out seeds]

FOLDER holds ``eu2023/eu2023_end_use_shares.csv`` and
``usgs_editions/MCS2024_T4_Critical_Minerals_End_Use.csv``. ``uses_applications.yaml`` beside this
file says which application of graphkit each published use is.
"""

from __future__ import annotations

import argparse
import csv
import re
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from build_claims import ELEMENTS

from graphkit.importers.seed_files import write_seed

EU_TABLE = "eu2023/eu2023_end_use_shares.csv"
USGS_TABLE = "usgs_editions/MCS2024_T4_Critical_Minerals_End_Use.csv"
EU_SOURCE, USGS_SOURCE = "eu-crm-2023-annex-6", "usgs-mcs-2024-t4"
NO_ELEMENT = frozenset({
    "Aggregates", "Diatomite", "Kaolin", "Limestone", "Magnesite", "Natural rubber", "Silica sand",
    "Talc",
})  # fmt: skip
"""Materials of the study that graphkit has no element for."""
SPELLINGS = {
    "Barytes": "Baryte", "Borate": "Boron", "Phosphate Rock": "Phosphate rock", "Sulphur": "Sulfur",
}  # fmt: skip
"""Materials whose name in this annex is another one than in the study's results."""
SOURCES = [
    {
        "key": EU_SOURCE, "title": "Study on the critical raw materials for the EU 2023, annex 6",
        "publisher": "European Commission", "published": "2023",
        "url": "https://doi.org/10.2873/725585", "licence": "CC BY 4.0",
        "attribution": "European Commission, Study on the critical raw materials for the EU 2023",
        "evidence": "quoted",
        "note": "End uses of 60 materials, with the sector of each and its value added, from a "
        "copy of the annex. The copy states neither the years of the shares and of the value "
        "added, nor whether the uses are those of the EU or of the world. It lacks lithium, "
        "nickel, niobium, tantalum, germanium, graphite, dysprosium and others.",
    },
    {
        "key": USGS_SOURCE, "title": "Mineral Commodity Summaries 2024, table 4",
        "publisher": "U.S. Geological Survey", "published": "2024",
        "url": "https://doi.org/10.5066/P144BA54", "licence": "US public domain",
        "attribution": "U.S. Geological Survey", "evidence": "read",
        "note": "Main uses of the critical minerals, without shares.",
    },
]  # fmt: skip
ABOUT_SECTORS = """
Divisions of industry by NACE Rev. 2, with the value added that the EU's study gives each. The year
is not stated in the copy. Written by tools/build_uses.py."""
ABOUT_EU = """
End uses by element: European Commission, study on the critical raw materials 2023, annex 6, CC BY
4.0. The period is the year of the study. Shares are as printed and not scaled: those of an element
need not add to 1. Written by tools/build_uses.py, which leaves out materials without an element
({missing}) and rows that the copy has twice ({repeated})."""
ABOUT_USGS = """
Main uses of the critical minerals: USGS, Mineral Commodity Summaries 2024, table 4 (US public
domain), without shares. The period is the year of the edition. Written by tools/build_uses.py."""
AND = re.compile(r", and |, | and (?!development)")
"""Marks between two uses; "research and development" is one."""
Row = dict[str, Any]


def read_applications(path: Path) -> dict[str, str]:
    """Return the application of each published use, in small letters."""
    labels_of: dict[str, list[str]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {label: key for key, labels in labels_of.items() for label in labels}


def read_table(path: Path) -> list[dict[str, str]]:
    """Read the rows of a CSV file."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def sector_of(row: dict[str, str]) -> tuple[str, str] | None:
    """Split code and name of the sector of a row; None where it has none."""
    code, dash, name = row["nace_sector"].partition(" - ")
    return (code, name) if dash else None


def sectors(table: list[dict[str, str]]) -> list[Row]:
    """List the sectors; the value added of each is the one that nearly all of its rows have."""
    added: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for row in table:
        if (sector := sector_of(row)) is not None:
            added[sector][row["va_million_eur"]] += 1
    rows = []
    for (code, name), values in sorted(added.items()):
        (value, count), others = values.most_common(1)[0], values.total()
        if count <= others / 2:
            raise SystemExit(f"{code}: no value added that most rows have: {dict(values)}")
        rows.append({"key": code, "name": name, "value_added": float(value)})
    return rows


def uses_of_study(
    table: list[dict[str, str]], applications: dict[str, str], added: dict[str, float]
) -> tuple[list[Row], list[str]]:
    """Make the end uses of the study, and name the rows that it has twice.

    Where sector and value added of a row are of two sectors, the sector is left out.
    """
    rows: list[Row] = []
    repeated: list[str] = []
    for row in table:
        material = row["material"]
        if material in NO_ELEMENT:
            continue
        sector, value = sector_of(row), row["va_million_eur"]
        use: Row = {
            "element": element_of(SPELLINGS.get(material, material)),
            "application": application_of(row["application"], applications),
            "label": row["application"],
            "sector": sector[0] if sector else None,
            "share": round(float(row["share_pct"]) / 100, 6),
        }
        if row["share_qualifier"]:
            use |= {"qualifier": "more-than", "published_value": row["share"]}
        if sector and float(value) != added[sector[0]]:
            use["sector"] = None
            use["note"] = (
                f"The copy sorts it into {sector[0]}, but gives it the value added of another "
                "sector: the sector is unknown."
            )
        if use in rows:
            repeated.append(f"{material}: {row['application']}, {row['share']}")
        else:
            rows.append(use)
    return rows, repeated


@cache
def element_of(material: str) -> str:
    """Return the key of a material; of one that stands in a group in the results, its symbol."""
    path = Path(__file__).parents[1] / "seeds" / "reference" / "elements.yaml"
    elements = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)["rows"]
    keys = {row["name"]: row["key"] for row in elements} | ELEMENTS | {"Graphite": "graphite"}
    if material not in keys:
        raise SystemExit(f"no element is called {material!r}")
    return keys[material]


def application_of(label: str, applications: dict[str, str]) -> str:
    """Return the application of a published use."""
    if label.lower() not in applications:
        raise SystemExit(f"uses_applications.yaml: no application for {label!r}")
    return applications[label.lower()]


def uses_of_usgs(table: list[dict[str, str]], applications: dict[str, str]) -> list[Row]:
    """Make a use of each that a sentence of the table names."""
    rows = []
    for row in table:
        text, material = row["Primary Applications"].strip().rstrip("."), row["Critical Mineral"]
        for label in AND.split(text):
            rows.append({
                "element": element_of(material.strip()),
                "application": application_of(label, applications),
                "label": label[0].upper() + label[1:],
            })  # fmt: skip
    return rows


def main() -> None:
    """Build the seeds of uses."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("seeds"))
    options = parser.parse_args()
    applications = read_applications(Path(__file__).with_name("uses_applications.yaml"))
    study, usgs = read_table(options.data / EU_TABLE), read_table(options.data / USGS_TABLE)
    divisions = sectors(study)
    added = {row["key"]: row["value_added"] for row in divisions}
    shares, repeated = uses_of_study(study, applications, added)
    main_uses = uses_of_usgs(usgs, applications)
    folder = options.out / "uses"
    write_seed(folder / "sources.yaml", "Where end uses come from.", "Source", SOURCES)
    write_seed(
        folder / "sectors.yaml", ABOUT_SECTORS, "Sector", divisions,
        defaults={"value_added_of": "EU27", "source": EU_SOURCE}, units={"value_added": "MEUR"},
    )  # fmt: skip
    about = ABOUT_EU.format(missing=", ".join(sorted(NO_ELEMENT)), repeated="; ".join(repeated))
    write_seed(
        folder / "end-uses-eu-2023.yaml", about, "USED_FOR", shares,
        defaults={"region": "EU27", "period": "2023", "source": EU_SOURCE},
        sort=("element", "label", "sector"),
    )  # fmt: skip
    write_seed(
        folder / "main-uses-usgs-2024.yaml", ABOUT_USGS, "USED_FOR", main_uses,
        defaults={"period": "2024", "source": USGS_SOURCE}, sort=("element", "label"),
    )  # fmt: skip
    print(f"uses: {len(shares)} shares, {len(main_uses)} main uses, {len(divisions)} sectors")


if __name__ == "__main__":
    main()
