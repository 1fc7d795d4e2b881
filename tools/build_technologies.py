"""Turns tables of metal per unit of technology into seeds: technologies, and what each needs.

    python tools/build_technologies.py --data FOLDER [--out seeds]

FOLDER holds ``intensity/intensity_mean_min_max.csv``, ``intensity_by_study.csv`` and
``batpac51_kg_per_kwh.csv``.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from pathlib import Path
from typing import Any

from build_uses import element_of, read_table

from graphkit.importers.seed_files import write_seed

RANGES, STUDIES, BATTERIES = (
    f"intensity/{name}.csv"
    for name in ("intensity_mean_min_max", "intensity_by_study", "batpac51_kg_per_kwh")
)
LITERATURE, BATPAC = "schlichenmaier-naegler-2022", "batpac-5-1"
SOURCES = [
    {
        "key": BATPAC, "title": "BatPaC 5.1: Battery Performance and Cost model",
        "publisher": "Argonne National Laboratory", "version": "5.1",
        "url": "https://www.anl.gov/cse/batpac-model-software",
        "licence": "BSD-3-Clause, of premise; the model's was not read",
        "attribution": "Argonne National Laboratory, BatPaC 5.1; premise, copyright 2019 "
        "A. Dirnaichner, B. Cox, R. Sacchi",
        "evidence": "quoted",
        "note": "Metal in a battery by chemistry of the cathode, computed with the model by "
        "premise 2.5.2. One figure for each: no range is given.",
    },
    {
        "key": LITERATURE,
        "title": "May material bottlenecks hamper the global energy transition towards the 1.5°C "
        "target?",
        "publisher": "Schlichenmaier and Naegler, Energy Reports 8", "published": "2022",
        "url": "https://doi.org/10.1016/j.egyr.2022.11.025",
        "licence": "BSD-3-Clause, of premise; the article's was not read",
        "attribution": "S. Schlichenmaier and T. Naegler, Energy Reports 8 (2022); premise, "
        "copyright 2019 A. Dirnaichner, B. Cox, R. Sacchi",
        "evidence": "quoted",
        "note": "Metal per unit of technology in published studies, with mean, least and most, as "
        "in premise 2.5.2. Of 2050: what studies expect.",
    },
]  # fmt: skip
TECHNOLOGIES = {
    "AEL": ("electrolyser-alkaline", "Electrolyser, alkaline"),
    "CIGS": ("solar-cigs", "Solar, CIGS"),
    "CSP Tower - PB": ("solar-thermal-tower", "Solar thermal, tower"),
    "CdTe": ("solar-cdte", "Solar, cadmium telluride"),
    "EV": ("ev-motor", "Motor of an electric vehicle"),
    "HTEL - Yttrium": ("electrolyser-high-temperature", "Electrolyser, high temperature"),
    "ICEV": ("combustion-vehicle", "Vehicle with a combustion engine"),
    "Nuclear": ("nuclear-plant", "Nuclear power plant"),
    "PAFC": ("fuel-cell-phosphoric-acid", "Fuel cell, phosphoric acid"),
    "PEMEL": ("electrolyser-pem", "Electrolyser, proton-exchange membrane"),
    "PEMFC": ("fuel-cell-pem", "Fuel cell, proton-exchange membrane"),
    "Parabolic Trough - PB": ("solar-thermal-trough", "Solar thermal, parabolic trough"),
    "SOFC - Y": ("fuel-cell-solid-oxide", "Fuel cell, solid oxide"),
    "Wind-DDPM": ("wind-direct-drive", "Wind, direct drive"),
    "Wind-Gearbox": ("wind-gearbox", "Wind, gearbox"),
    "a-Si": ("solar-amorphous", "Solar, amorphous silicon"),
    "c-Si": ("solar-crystalline", "Solar, crystalline silicon"),
    "perovskite": ("solar-perovskite", "Solar, perovskite"),
}
"""Key and name of each technology of the tables."""
UNITS = {
    "kg/MW": "MW", "kg metal/kg motor": "kg of motor", "kg metal/kg vehicle": "kg of vehicle",
}  # fmt: skip
NO_ELEMENT = frozenset({"Brass", "Potassium", "Battery_MWh", "Stainless steel", "Steel"})
"""Materials without an element of the graph, and a column of the model that is no material."""
SPELLINGS = {"Praseodimium": "Praseodymium", "Aluminum": "Aluminium"}
ABOUT = """
Metal per unit of technology: studies of 2020, and what they expect for 2050 (Schlichenmaier and
Naegler 2022), and batteries by chemistry (Argonne, BatPaC 5.1). kg for one unit of the technology;
studies is how many the least and the most are of, where the table of studies has them. Written by
tools/build_technologies.py, which leaves out {missing}."""
Row = dict[str, Any]


def needs_of_studies(folder: Path) -> tuple[list[Row], list[Row]]:
    """Make the technologies of the studies, and the metal that each needs."""
    studies: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for row in read_table(folder / STUDIES):
        studies[row["technology"], row["material"], row["year"]].add(row["study"])
    technologies: dict[str, Row] = {}
    needs = []
    for row in read_table(folder / RANGES):
        if (metal := row["metal"]) in NO_ELEMENT:
            continue
        technology, year = row["origin_var"], f"{float(row['year']):.0f}"
        key, name = TECHNOLOGIES[technology]
        technologies[key] = {
            "key": key, "name": name, "unit": UNITS[row["unit"]], "aliases": [technology],
            "source": LITERATURE,
        }  # fmt: skip
        needs.append({
            "technology": key, "element": element_of(SPELLINGS.get(metal, metal)), "period": year,
            "low": float(row["min"]), "mean": float(row["mean"]), "high": float(row["max"]),
            "studies": len(studies[technology, metal, year]) or None, "source": LITERATURE,
        })  # fmt: skip
    return list(technologies.values()), needs


def needs_of_batteries(folder: Path) -> tuple[list[Row], list[Row]]:
    """Make the chemistries of the model, and the metal that each needs."""
    technologies: dict[str, Row] = {}
    needs = []
    for row in read_table(folder / BATTERIES):
        if (metal := row["Mineral"]) in NO_ELEMENT:
            continue
        chemistry = row["chemistry"]
        key = "battery-" + chemistry.lower().replace(" ", "-").replace(":", "-")
        technologies[key] = {
            "key": key, "name": f"Battery, {chemistry}", "unit": "kWh", "aliases": [chemistry],
            "source": BATPAC,
        }  # fmt: skip
        needs.append({
            "technology": key, "element": element_of(SPELLINGS.get(metal, metal)),
            "mean": float(row["kg_per_kwh"]), "source": BATPAC,
        })  # fmt: skip
    return list(technologies.values()), needs


def main() -> None:
    """Build the seeds of technologies."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("seeds"))
    options = parser.parse_args()
    studied, needs = needs_of_studies(options.data)
    batteries, battery_needs = needs_of_batteries(options.data)
    folder = options.out / "technologies"
    write_seed(folder / "sources.yaml", "Where needs of technologies come from.", "Source", SOURCES)
    write_seed(
        folder / "technologies.yaml", "Technologies. Written by tools/build_technologies.py.",
        "Technology", [*studied, *batteries], sort=("key",),
    )  # fmt: skip
    about = ABOUT.format(missing=", ".join(sorted(NO_ELEMENT)))
    write_seed(
        folder / "needs.yaml", about, "NEEDS", [*needs, *battery_needs],
        sort=("technology", "element", "period"),
    )  # fmt: skip
    count = len(studied) + len(batteries)
    print(
        f"technologies: {count}, {len(needs)} needs of studies, {len(battery_needs)} of batteries"
    )


if __name__ == "__main__":
    main()
