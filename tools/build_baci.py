"""Turns CEPII BACI tables into trade seeds: a YAML description and a Parquet table beside it.

    python tools/build_baci.py --data FOLDER [--out seeds]

FOLDER holds ``baci/`` as CEPII's files were prepared. Values stay in the thousand dollars that
BACI publishes; an empty quantity stays unknown.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from graphkit.importers.writing import SeedTable, write_table

PRODUCTS = {"280530": "ree-metals", "284610": "ree-compounds", "284690": "ree-compounds",
            "850511": "magnets-metal"}  # fmt: skip
"""Product of each code, from seeds/reference/traded-as.yaml."""


@dataclass(frozen=True)
class Table:
    """BACI table: its place, its column names, and the properties that all rows share."""

    file: str
    seed: str
    about: str
    columns: dict[str, str]
    defaults: dict[str, str]
    value_unit: str


HS92 = {"dataset": "baci-hs92", "hs_revision": "HS92", "source": "cepii-baci-hs92"}
HS17 = {"dataset": "baci-hs17", "hs_revision": "HS17", "source": "cepii-baci-hs17"}
TABLES = (
    Table(
        "baci_hs92_rare_earths_1995_2024.csv", "rare-earths-1995-2024",
        "All trade in rare-earth metals (280530), cerium compounds (284610) and other rare-earth\n"
        "compounds (284690) between 1995 and 2024.",
        {"exporter": "exporter", "importer": "importer", "hs": "k", "period": "t", "usd": "v",
         "tonnes": "q"}, HS92, "kUSD"),
    Table(
        "baci_hs17_850511_2022.csv", "magnets-2022",
        "All trade in permanent magnets of metal (850511) in 2022: every kind, not only NdFeB.\n"
        "By value only: the table gives no quantities.",
        {"exporter": "i", "importer": "j", "hs": "cmd", "usd": "value"},
        {**HS17, "period": "2022"}, "USD"),
    Table(
        "baci_hs17_850511_2024.csv", "magnets-2024",
        "All trade in permanent magnets of metal (850511) in 2024: every kind, not only NdFeB.",
        {"exporter": "exporter", "importer": "importer", "hs": "hs6", "period": "year",
         "usd": "value_kusd", "tonnes": "qty_t"}, HS17, "kUSD"),
)  # fmt: skip

CREDIT = """
CEPII, BACI: International Trade Database at the Product Level (Gaulier & Zignago 2010), from UN
Comtrade data; Etalab Open Licence 2.0. Exporters' and importers' reports reconciled by CEPII;
value free on board, quantity in tonnes, unknown where BACI gives none."""


def read_flows(path: Path, table: Table) -> pa.Table:
    """Read the flows of one BACI table under the names of the schema, sorted."""
    text = [c for n, c in table.columns.items() if n not in ("usd", "tonnes")]
    options = csv.ConvertOptions(
        include_columns=list(table.columns.values()),
        column_types={
            **dict.fromkeys(text, pa.string()),
            **{table.columns[n]: pa.float64() for n in ("usd", "tonnes") if n in table.columns},
        },
        null_values=["", "NA"],
        strings_can_be_null=False,
    )
    flows = csv.read_csv(path, convert_options=options)
    flows = flows.rename_columns({old: new for new, old in table.columns.items()})
    hs = flows["hs"]
    unknown = set(hs.unique().to_pylist()) - set(PRODUCTS)
    if unknown:
        raise SystemExit(f"{path.name}: no product for the codes {', '.join(sorted(unknown))}")
    places = pc.index_in(hs, value_set=pa.array(list(PRODUCTS)))
    product = pa.array(list(PRODUCTS.values())).take(places.combine_chunks())
    flows = flows.append_column("product", product)
    order = [
        n for n in ("product", "hs", "period", "exporter", "importer") if n in flows.column_names
    ]
    return flows.sort_by([(name, "ascending") for name in order]).combine_chunks()


def write_trade(flows: pa.Table, table: Table, folder: Path) -> None:
    """Write the Parquet table and the YAML that describes it."""
    defaults = {"basis": "gross", "reporter": "reconciled", "valuation": "fob", **table.defaults}
    units = {"usd": table.value_unit} if table.value_unit != "USD" else {}
    comment = f"{table.about}\n{CREDIT.strip()}\n{len(flows):,} flows."
    seed = SeedTable(table.seed, "EXPORTS", flows, dict(sorted(defaults.items())), units, comment)
    write_table(seed, folder, level=19)


def main() -> None:
    """Build every trade seed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("seeds"))
    options = parser.parse_args()
    for table in TABLES:
        flows = read_flows(options.data / "baci" / table.file, table)
        write_trade(flows, table, options.out / "trade")
        print(f"trade/{table.seed}: {len(flows):,} flows")


if __name__ == "__main__":
    main()
