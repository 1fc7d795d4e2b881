"""Turns the EU study's shares of world supply and of EU sourcing into production and claims.

    python tools/build_eu.py --data FOLDER [--out seeds]

FOLDER holds ``eu2023/eu2023_global_supply_shares.csv`` and ``eu2023_eu_sourcing_shares.csv``:
Annex 7 of the European Commission's study on critical raw materials of 2023. ``eu_materials.yaml``
beside this file says what each of their tables is in the graph.
"""

from __future__ import annotations

import argparse
import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from graphkit.importers.reference import Reference, read_reference
from graphkit.importers.seed_files import mapping

SOURCE = "eu-crm-2023-annex-7"
PERIOD = "2016-2020"
STAGES = {"E": "mine", "P": "separate"}
"""Stage of the graph of a claim on an element, by that of the study."""
SPELLED = {
    "Brasil": "Brazil", "Brasilia": "Brazil", "Congo": "Congo (Brazzaville)",
    "Congo, D.R.": "Congo (Kinshasa)", "Kosovo": "Other countries", "Libanon": "Lebanon",
    "Surinam": "Suriname", "Turkyie": "Türkiye",
}  # fmt: skip
"""Names of the tables that are misspelled, ambiguous, or (Kosovo) of no country of the graph."""
FILES = {"makers": "global_supply", "sourcing": "eu_sourcing"}

CREDIT = """
European Commission, Study on the critical raw materials for the EU 2023, Annex 7 (CC BY 4.0);
written by tools/build_eu.py: change that or tools/eu_materials.yaml, not this file."""
MAKERS = """
Who makes what: each country's share of world supply at extraction and processing, average of
2016-2020. Shares without amounts, as printed: they add up to 89 to 104 % of a product. A share
printed as <0.1% is 0.001 and less-than. Light and heavy rare earths have one number each, and so
has all rare-earth ore. "Other countries" (XOC) is Kosovo, which has no code in the graph."""
SOURCING = """
What the EU sources from whom, average of 2016-2020: shares of its imports and of its own
production together, so no shares of imports. Whole percents, as printed; a table lists the larger
suppliers and adds up to 9 to 101 %."""

Entry = Mapping[str, Any]
Row = dict[str, Any]
Tables = dict[tuple[str, str], dict[str, str]]
"""The printed share of each country, by material and stage."""


def read_tables(path: Path, reference: Reference) -> Tables:
    """Read a file of shares; its countries are found by name."""
    tables: Tables = defaultdict(dict)
    unknown, twice = set(), []
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            country = reference.place_of(SPELLED.get(row["country"], row["country"]))
            table = tables[row["material"], row["stage"]]
            if country is None:
                unknown.add(row["country"])
            elif country in table:
                twice.append(f"{row['material']} {row['stage']} {row['country']}")
            else:
                table[country] = row["share"]
    if unknown or twice:
        raise SystemExit(f"{path.name}: unknown: {sorted(unknown)}; twice in a table: {twice}")
    return dict(tables)


def entries_of(entries: Iterable[Entry], name: str) -> dict[tuple[str, str], Entry]:
    """Map each material and stage to its entry for one of the two files."""
    entry_of: dict[tuple[str, str], Entry] = {}
    for entry in entries:
        materials = entry["material"]
        if entry.get("only", name) != name:
            continue
        for material in [materials] if isinstance(materials, str) else materials:
            if (material, entry["stage"]) in entry_of:
                raise SystemExit(f"{material} {entry['stage']} has two entries for {name}")
            entry_of[material, entry["stage"]] = entry
    return entry_of


def tables_of_entries(
    tables: Tables, entries: Iterable[Entry], name: str
) -> tuple[list[tuple[Entry, dict[str, str]]], list[str]]:
    """Pair each entry with its one table; also list the tables that are left out, and why."""
    entry_of = entries_of(entries, name)
    if unknown := sorted(set(tables) - set(entry_of)):
        raise SystemExit(f"{FILES[name]}: not in eu_materials.yaml: {unknown}")
    pairs: dict[int, tuple[Entry, dict[str, str]]] = {}
    left_out = []
    for (material, stage), table in sorted(tables.items()):
        entry = entry_of[material, stage]
        is_left_out = "reason" in entry or (name == "makers" and "product" not in entry)
        if is_left_out:
            reason = entry.get("reason", "no product in the graph")
            left_out.append(f"{name}: {material} {stage}, {len(table)} countries: {reason}")
        elif pairs.setdefault(id(entry), (entry, table))[1] != table:
            raise SystemExit(f"{name}: {material} {stage} has another table than its entry's first")
    return list(pairs.values()), left_out


def share_of(printed: str) -> float:
    """Read a printed share, as 0 to 1."""
    return round(float(printed.lstrip("<").rstrip("%")) / 100, 6)


def maker_rows(pairs: Iterable[tuple[Entry, dict[str, str]]]) -> list[Row]:
    """Make one row of production for each country of a table."""
    rows = [
        {
            "product": entry["product"], "country": country, "share": share_of(printed),
            "qualifier": "less-than" if printed.startswith("<") else None,
            "published_value": printed if printed.startswith("<") else None,
        }
        for entry, table in pairs
        for country, printed in table.items()
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (row["product"], row["country"]))


def sourcing_rows(pairs: Iterable[tuple[Entry, dict[str, str]]]) -> list[Row]:
    """Make one claim for each country of a table."""
    rows = []
    for entry, table in pairs:
        element = entry.get("element")
        stage = STAGES[entry["stage"]] if element else None
        subject = f"{element.lower()}-{stage}" if element else entry["product"]
        rows += [
            {
                "key": f"eu-sourcing-{subject}-{country.lower()}", "supplier": country,
                "product": entry.get("product"), "element": element, "stage": stage,
                "value": share_of(printed),
            }
            for country, printed in table.items()
        ]  # fmt: skip
    return sorted(rows, key=lambda row: str(row["key"]))


def write_table(
    path: Path, about: str, kind: str, defaults: Mapping[str, Any], rows: list[Row]
) -> None:
    """Write a CSV table and the YAML that describes it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [f"# {line}" for line in (about.strip() + CREDIT).splitlines()]
    lines += [f"kind: {kind}", f"defaults: {mapping(defaults)}", f"table: {path.name}.csv"]
    path.with_suffix(".yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    with path.with_suffix(".csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def main() -> None:
    """Build the seeds of the study's shares."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("seeds"))
    options = parser.parse_args()
    reference = read_reference()
    entries = yaml.safe_load(
        Path(__file__).with_name("eu_materials.yaml").read_text(encoding="utf-8")
    )["materials"]
    pairs, left_out = {}, []
    for name, part in FILES.items():
        path = options.data / "eu2023" / f"eu2023_{part}_shares.csv"
        pairs[name], omitted = tables_of_entries(read_tables(path, reference), entries, name)
        left_out += omitted
    makers, sourcing = maker_rows(pairs["makers"]), sourcing_rows(pairs["sourcing"])
    write_table(
        options.out / "production" / "eu-2023-makers", MAKERS, "PRODUCES",
        {"source": SOURCE, "period": PERIOD, "basis": "content", "observed": True,
         "note": "Share of world supply, average of 2016-2020; no amount is published."},
        makers,
    )  # fmt: skip
    write_table(
        options.out / "claims" / "eu-sourcing-2016-2020", SOURCING, "Claim",
        {"kind": "share", "consumer": "EU27", "period": PERIOD, "unit": "share",
         "measure": "sourcing", "basis": "average share of EU imports and own production "
         "together", "evidence": "quoted", "source": SOURCE},
        sourcing,
    )  # fmt: skip
    print(f"production/eu-2023-makers: {len(makers):,} shares of {len(pairs['makers'])} products")
    print(
        f"claims/eu-sourcing-2016-2020: {len(sourcing):,} shares, {len(pairs['sourcing'])} tables"
    )
    print("\n".join(f"left out: {text}" for text in left_out))


if __name__ == "__main__":
    main()
