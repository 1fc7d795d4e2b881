"""Turns the EU's criticality results of 2023 into claims: supply risk and economic importance.

    python tools/build_claims.py --data FOLDER [--out seeds]

FOLDER holds ``eu/crm2023_sr_ei.csv``, a transcription of the study's results.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

from graphkit.importers.seed_files import write_seed

ELEMENTS = {
    "Aluminium": "Al", "Antimony": "Sb", "Arsenic": "As", "Baryte": "barite", "Beryllium": "Be",
    "Bismuth": "Bi", "Boron": "B", "Cadmium": "Cd", "Chromium": "Cr", "Cobalt": "Co",
    "Coking coal": "metallurgical-coal", "Copper": "Cu", "Feldspar": "feldspar",
    "Fluorspar": "fluorspar", "Gallium": "Ga", "Germanium": "Ge", "Gold": "Au", "HREE": "HREE",
    "Hafnium": "Hf", "Helium": "He", "Hydrogen": "H", "Indium": "In", "Iron ore": "Fe",
    "Krypton": "Kr", "LREE": "LREE", "Lead": "Pb", "Lithium": "Li", "Magnesium": "Mg",
    "Manganese": "Mn", "Molybdenum": "Mo", "Natural graphite": "graphite", "Neon": "Ne",
    "Nickel": "Ni", "Niobium": "Nb", "PGM": "PGM", "Phosphate rock": "phosphate",
    "Phosphorus": "P", "Potash": "potash", "Rhenium": "Re", "Scandium": "Sc", "Selenium": "Se",
    "Silicon metal": "Si", "Silver": "Ag", "Strontium": "Sr", "Sulfur": "S", "Tantalum": "Ta",
    "Tellurium": "Te", "Tin": "Sn", "Titanium": "Ti", "Titanium metal": "Ti", "Tungsten": "W",
    "Vanadium": "V", "Xenon": "Xe", "Zinc": "Zn", "Zirconium": "Zr",
}  # fmt: skip
"""Element, mineral or group of each material of the study."""

FORMS = {"Titanium metal": "titanium metal"}
"""Materials of the study beside another one of the same element."""

LEFT_OUT = frozenset({
    "Aggregates", "Bentonite", "Diatomite", "Gypsum", "Kaolin", "Lime", "Magnesite",
    "Natural Rubber", "Natural Teak wood", "Natural cork", "Perlite", "Roundwood", "Sapele wood",
    "Silica Sand", "Talc",
})  # fmt: skip
"""Materials of the study that graphkit has no element for; none of them is critical."""

MEASURES = {"SR": "supply-risk", "EI": "economic-importance"}

ABOUT = """
Supply risk and economic importance of materials for the EU: European Commission, study on the
critical raw materials 2023, from a transcription of its results. A material is critical with a
supply risk of 1.0 or more and an economic importance of 2.8 or more. The period is the year of the
study; the figures are made from averages of 2016-2020. Written by tools/build_claims.py."""


def claims(path: Path) -> list[dict[str, object]]:
    """Make two claims for each material of the file that has an element."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    unknown = {row["material"] for row in rows} - ELEMENTS.keys() - LEFT_OUT
    if unknown:
        raise SystemExit(f"{path.name}: no element for {', '.join(sorted(unknown))}")
    return [
        {
            "key": f"eu-2023-{row['material'].lower().replace(' ', '-')}-{kind}",
            "kind": kind,
            "element": ELEMENTS[row["material"]],
            "value": float(row[column]),
            "includes_other": FORMS.get(row["material"]),
            "note": f"The study's material: {row['material']}.",
        }
        for row in rows
        if row["material"] in ELEMENTS
        for column, kind in MEASURES.items()
        if row[column]
    ]


def main() -> None:
    """Build the generated claims."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("seeds"))
    options = parser.parse_args()
    rows = claims(options.data / "eu" / "crm2023_sr_ei.csv")
    defaults = {
        "consumer": "EU27", "period": "2023", "unit": "score", "measure": "criticality",
        "basis": "averages of 2016-2020", "evidence": "quoted", "source": "eu-crm-2023",
    }  # fmt: skip
    path = options.out / "claims" / "eu-criticality-2023.yaml"
    write_seed(path, ABOUT, "Claim", rows, defaults=defaults, sort=("key",))
    print(f"claims/eu-criticality-2023: {len(rows)} claims")


if __name__ == "__main__":
    main()
