"""Turns CEPII BACI tables into trade seeds: a YAML description and a Parquet table beside each.

    python tools/build_baci.py --data FOLDER [--out seeds] [--totals tests/data/baci/totals.csv]

FOLDER holds the zips that CEPII publishes (``BACI_HS92_V202601.zip``, as ``graphkit fetch baci``
brings them). Of a revision without one, and for tables of the largest flows alone, it holds
``baci/`` and ``baci_more/`` as others cut them (tools/originals.yaml says who). Values stay in the
unit that the table has; an empty quantity stays unknown. The products of the codes are those of
traded-as.yaml. The totals of the source tables by code and year are written too, for a test of the
seeds.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import fill

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv, parquet

from graphkit.importers.baci import map_flows, read_flows, with_itself
from graphkit.importers.reference import Reference, left_out, name_places, read_reference
from graphkit.importers.report import Report
from graphkit.importers.seed_files import SeedTable, write_table

COLUMNS = {"exporter": "i", "importer": "j", "hs": "k", "period": "t", "usd": "v", "tonnes": "q"}
"""BACI's own columns, by the property that each gives."""


@dataclass(frozen=True)
class Table:
    """BACI table: its file and columns, HS revision, unit of value, and years."""

    file: str
    revision: str
    value_unit: str
    years: str
    columns: Mapping[str, str]
    codes: tuple[str, ...]
    """Codes to take."""
    folder: str = "baci"
    dataset: str = ""
    """Key of the data set, if it is not that of all flows of the revision."""
    without: tuple[str, ...] = ()
    """Years to leave out."""
    products: Mapping[str, str] = field(default_factory=dict)
    """Products of codes that traded-as.yaml has under another one."""

    @property
    def whole(self) -> bool:
        """True if it holds all flows of its codes and years, as an edition does."""
        return self.folder == "baci"

    @property
    def data_set(self) -> str:
        """Key of the data set that the flows belong to."""
        return self.dataset or f"baci-{self.revision.lower()}"


CODES_HS92 = """
250410 250490 251020 251110 251910 252890 252910 252922 260200 260300 260400 260600
260700 260800 260900 261000 261100 261210 261390 261400 261510 261610 261690 261710
280450 280480 280490 282200 282520 282530 283030 283691 711011 711019 711021 711029
711031 711039 711290 711510 720292 720293 760110 810110 810310 810510 810600 810710
811211 811230
"""
"""Codes of all years, of an edition by HS92; rare earths have a seed of their own."""
CODES_HS17 = """
250490 251010 251110 252800 252910 252922 260200 260600 270112 280429 280469 280470
280480 282200 283691 283692 711011 711021 720292 720293 740311 750210 810194 810320
810411 810820 811010 811212 811292
"""
"""Codes of two years, of an edition by HS17; magnets have seeds of their own."""
MAGNETS = ("850511",)
RARE_EARTH_CODES = ("280530", "284610", "284690")
_NAMED = {"exporter": "exporter", "importer": "importer", "hs": "hs6", "period": "year"}
CRITICAL_HS92 = Table(
    "baci_hs92_critical_1995_2024.parquet", "HS92", "kUSD", "1995-2024", COLUMNS,
    codes=tuple(CODES_HS92.split())
)  # fmt: skip
CRITICAL_2022 = Table(
    "baci_hs17_critical_2022.csv", "HS17", "USD", "2022", {**_NAMED, "usd": "value_usd"},
    codes=tuple(CODES_HS17.split()),
)  # fmt: skip
CRITICAL_2024 = Table(
    "baci_hs17_critical_2024.csv", "HS17", "USD", "2024",
    {**_NAMED, "usd": "value_usd", "tonnes": "qty_t"}, codes=tuple(CODES_HS17.split()),
)  # fmt: skip
RARE_EARTHS = Table(
    "baci_hs92_rare_earths_1995_2024.csv", "HS92", "kUSD", "1995-2024",
    {**COLUMNS, "exporter": "exporter", "importer": "importer"}, codes=RARE_EARTH_CODES,
)  # fmt: skip
MAGNETS_2022 = Table(
    "baci_hs17_850511_2022.csv", "HS17", "USD", "2022",
    {"exporter": "i", "importer": "j", "hs": "cmd", "usd": "value"}, codes=MAGNETS,
)  # fmt: skip
MAGNETS_2024 = Table(
    "baci_hs17_850511_2024.csv", "HS17", "kUSD", "2024",
    {**_NAMED, "usd": "value_kusd", "tonnes": "qty_t"}, codes=MAGNETS,
)  # fmt: skip
LARGEST_CODES = ("280469", "750210", "810194", "810411", "811010", "811292", "850511")
"""Codes that HS92 lacks, of which the largest flows of every year are taken."""
LARGEST_FILE = "baci_hs02_hs17_top_flows_2002_2024.parquet"
LARGEST_HS02 = Table(
    LARGEST_FILE, "HS02", "kUSD", "2002-2016", COLUMNS, LARGEST_CODES, "baci_more",
    "baci-hs02-largest",
)  # fmt: skip
LARGEST_HS17 = Table(
    LARGEST_FILE, "HS17", "kUSD", "2017-2023", COLUMNS, LARGEST_CODES, "baci_more",
    "baci-hs17-largest", without=("2022", "2024"),
)  # fmt: skip
LITHIUM_2023 = Table(
    "baci_hs12_253090_261790_top60_2023.parquet", "HS12", "kUSD", "2023", COLUMNS, ("253090",),
    "baci_more", "baci-hs12-largest", products={"253090": "lithium-minerals"},
)  # fmt: skip
NICKEL_ASEAN = Table(
    "baci_hs07_asean_minerals_2010_2024.parquet", "HS07", "kUSD", "2010-2024", COLUMNS,
    ("750110", "750120"), "baci_more", "baci-hs07-asean",
)  # fmt: skip
TABLES = (
    CRITICAL_HS92, CRITICAL_2022, CRITICAL_2024, RARE_EARTHS, MAGNETS_2022, MAGNETS_2024,
    LARGEST_HS02, LARGEST_HS17, LITHIUM_2023, NICKEL_ASEAN,
)  # fmt: skip


@dataclass(frozen=True)
class Seed:
    """Seed made of some codes of a table."""

    name: str
    table: Table
    codes: tuple[str, ...]
    about: str


GROUPS = {
    "antimony-arsenic-and-bismuth": "261710 280480 810600 811010",
    "bauxite-and-aluminum": "260600 760110",
    "cobalt": "282200 810510",
    "copper-and-nickel": "260300 260400 740311 750210",
    "graphite": "250410 250490",
    "industrial-minerals": "251010 251020 251110 251910 252800 252890 252910 252922 270112",
    "lead-tin-and-zinc": "260700 260800 260900",
    "lithium-and-strontium": "282520 283691 283692",
    "manganese-and-chromium": "260200 261000",
    "metalloids-and-gases": "280429 280450 280469 280470 280490",
    "minor-metals": "283030 810710 811211 811212 811230 811292",
    "precious-metals": "261610 261690 711011 711019 711021 711029 711031 711039 711290 711510",
    "titanium-zirconium-and-magnesium": "261400 261510 810411 810820",
    "tungsten-and-molybdenum": "261100 261390 810110 810194",
    "uranium": "261210",
    "vanadium-niobium-and-tantalum": "282530 720292 720293 810310 810320",
}
"""Codes of each seed with many years; rare earths and magnets have seeds of their own."""
OWN_SEEDS = (
    Seed(
        "rare-earths-1995-2024", RARE_EARTHS, RARE_EARTH_CODES,
        "All trade in rare-earth metals (280530), cerium compounds (284610) and other rare-earth\n"
        "compounds (284690) between 1995 and 2024.",
    ),
    Seed(
        "magnets-2022", MAGNETS_2022, MAGNETS,
        "All trade in permanent magnets of metal (850511) in 2022: every kind, not only NdFeB.\n"
        "By value only: the table gives no quantities.",
    ),
    Seed(
        "magnets-2024", MAGNETS_2024, MAGNETS,
        "All trade in permanent magnets of metal (850511) in 2024: every kind, not only NdFeB.",
    ),
    *(
        Seed(
            f"largest-flows-{table.revision.lower()}-{table.years}", table, LARGEST_CODES,
            f"The largest flows of some codes that HS92 lacks, {years}: of each importer the six\n"
            "largest suppliers, of each exporter the six largest buyers. A pair that is not here\n"
            "is below the cut, never zero. By value only. Figures read from\n"
            "Varcolacus/critical-materials-atlas at 17b328d2.",
        )
        for table, years in (
            (LARGEST_HS02, "2002 to 2016"), (LARGEST_HS17, "2017 to 2021 and 2023"),
        )
    ),
    Seed(
        "lithium-minerals-2023", LITHIUM_2023, ("253090",),
        "The largest flows of 2023 in minerals without a code of their own (253090), most of it\n"
        "spodumene: of the 60 largest of 253090 and 261790 together those that are surely of\n"
        "253090, about 94 % of the world's value. A flow that is not here is unknown, never\n"
        "zero. By value only. Figures read from sanayounaseco-wq/REE-Supply-Chain-Network at\n"
        "2fd4d064.",
    ),
    Seed(
        "nickel-intermediates-2010-2024", NICKEL_ASEAN, ("750110", "750120"),
        "Trade in nickel mattes (750110) and in nickel oxide sinters and other intermediates,\n"
        "mixed hydroxide among them (750120), between the members of ASEAN, and of these with 15\n"
        "others. No other pairs are here. Figures read from ccmdesign/bfna-indopacific at\n"
        "1fdc33cc.",
    ),
)  # fmt: skip
CREDIT = """
CEPII, BACI: International Trade Database at the Product Level (Gaulier & Zignago 2010), from UN
Comtrade data; Etalab Open Licence 2.0. Exporters' and importers' reports reconciled by CEPII;
value free on board, quantity in tonnes, unknown where BACI gives none."""


DIGITS = 6
"""Digits after the point of an amount: BACI gives three, of thousand dollars and of tonnes."""


def read_table(folder: Path, table: Table) -> pa.Table:
    """Read a table under BACI's own names, codes and years as text."""
    path, columns = folder / table.file, table.columns
    if path.suffix == ".parquet":
        rows = parquet.read_table(path)
        if "hs_revision" in rows.column_names:
            rows = rows.filter(pc.equal(rows["hs_revision"], table.revision))
        rows = rows.select(list(columns.values()))
    else:
        amounts = ("usd", "tonnes")
        types = {c: pa.float64() if n in amounts else pa.string() for n, c in columns.items()}
        options = csv.ConvertOptions(
            include_columns=list(columns.values()), column_types=types, null_values=["", "NA"],
            strings_can_be_null=False,
        )  # fmt: skip
        rows = csv.read_csv(path, convert_options=options)
    found = {COLUMNS[name]: rows[column] for name, column in columns.items()}
    found.setdefault("t", pa.array([table.years] * len(rows), pa.string()))
    found.setdefault("q", pa.nulls(len(rows), pa.float64()))
    whole = pa.table(found)
    for name in ("t", "k"):
        whole = whole.set_column(
            whole.column_names.index(name), name, whole[name].cast(pa.string())
        )
    whole = whole.filter(pc.is_in(whole["k"], pa.array(table.codes)))
    return whole.filter(pc.invert(pc.is_in(whole["t"], pa.array(table.without, pa.string()))))


def read_edition(path: Path, table: Table) -> pa.Table:
    """Read what a table holds from an edition as CEPII publishes it, in the table's own unit."""
    first, _, last = table.years.partition("-")
    rows = read_flows([path], table.codes, range(int(first), int(last or first) + 1))
    if table.value_unit == "USD":
        dollars = pc.multiply(rows["v"], 1000.0)
        rows = rows.set_column(rows.column_names.index("v"), "v", dollars)
    if "tonnes" not in table.columns:
        unknown = pa.nulls(len(rows), pa.float64())
        rows = rows.set_column(rows.column_names.index("q"), "q", unknown)
    return rows.set_column(rows.column_names.index("t"), "t", rows["t"].cast(pa.string()))


def editions(folder: Path) -> dict[str, Path]:
    """Find the zips that CEPII publishes, by HS revision.

    Raises
    ------
    SystemExit
        There are two versions of one revision.
    """
    found: dict[str, Path] = {}
    for path in sorted(folder.rglob("BACI_HS??_V*.zip")):
        revision = path.name.split("_")[1]
        if revision in found:
            raise SystemExit(
                f"found {found[revision].name} and {path.name}, wanted one of {revision}"
            )
        found[revision] = path
    return found


def flows_of(rows: pa.Table, table: Table, reference: Reference) -> pa.Table:
    """Name the places and products of a table's rows, one flow for each pair, code and year.

    Raises
    ------
    SystemExit
        A place or a code is unknown.
    """
    products = reference.product_of_code(table.revision) | table.products
    unknown = sorted(set(rows["k"].unique().to_pylist()) - products.keys())
    if unknown:
        raise SystemExit(f"{table.file}: no product for the codes {', '.join(unknown)}")
    report = Report(table.value_unit)
    if pa.types.is_integer(rows["i"].type):
        ends = {"i": "exporter", "j": "importer"}
        rows = name_places(rows, ends, reference.by_number("baci_code"), "v", report)
    else:
        rows = rows.rename_columns({"i": "exporter", "j": "importer"})
    if report.unmapped:
        raise SystemExit(f"{table.file}: unknown places {', '.join(report.unmapped)}")
    rows = left_out(rows, with_itself(rows, reference), "of a country with itself", "v", report)
    for line in report.lines:
        print(f"{table.file}: {line}")
    flows = map_flows(rows, products)
    for name in ("usd", "tonnes"):  # as published, without what sums and copies left behind
        place = flows.column_names.index(name)
        amounts = [x if x is None else round(x, DIGITS) for x in flows[name].to_pylist()]
        flows = flows.set_column(place, name, pa.array(amounts, pa.float64()))
    return flows


def totals_of(rows: pa.Table, table: Table) -> pa.Table:
    """Add up the rows of a source table by code and year."""
    sums = rows.group_by(["k", "t"], use_threads=False).aggregate(
        [("k", "count"), ("v", "sum"), ("q", "sum"), ("q", "count")]
    )
    table_revision = pa.array([table.revision] * len(sums))
    factor = {"USD": 1.0, "kUSD": 1000.0}[table.value_unit]
    return pa.table({
        "file": pa.array([table.file] * len(sums)), "hs_revision": table_revision, "hs": sums["k"],
        "year": sums["t"],
        "flows": sums["k_count"], "usd": pc.round(pc.multiply(sums["v_sum"], factor), 0),
        "flows_with_tonnes": sums["q_count"], "tonnes": pc.round(sums["q_sum"], 3),
    }).sort_by([("hs", "ascending"), ("year", "ascending")])  # fmt: skip


def seeds_of(table: Table, codes: set[str]) -> list[Seed]:
    """List the seeds of a table with many codes: one for each group if it has many years."""
    whole = {"critical": " ".join(sorted(codes))}
    groups = GROUPS if table is CRITICAL_HS92 else whole
    found = []
    for group, text in groups.items():
        if some := tuple(code for code in text.split() if code in codes):
            about = "All trade in the HS codes\n" + fill(", ".join(some) + f"; {table.years}.", 98)
            if "tonnes" not in table.columns:
                about += "\nBy value only: the table gives no quantities."
            name = f"{group}-{table.revision.lower()}-{table.years}"
            found.append(Seed(name, table, some, about))
    return found


def write_trade(flows: pa.Table, seed: Seed, folder: Path) -> None:
    """Write the Parquet table and the YAML that describes it."""
    flows = flows.filter(pc.is_in(flows["hs"], pa.array(seed.codes)))
    revision = seed.table.revision
    defaults = {
        "basis": "gross", "dataset": seed.table.data_set, "hs_revision": revision,
        "reporter": "reconciled", "source": f"cepii-baci-{revision.lower()}", "valuation": "fob",
    }  # fmt: skip
    if "period" not in seed.table.columns:
        defaults["period"], flows = seed.table.years, flows.drop_columns(["period"])
    if flows["tonnes"].null_count == len(flows):
        flows = flows.drop_columns(["tonnes"])
    units = {} if seed.table.value_unit == "USD" else {"usd": seed.table.value_unit}
    comment = f"{seed.about}\n{CREDIT.strip()}\n{len(flows):,} flows."
    made = SeedTable(seed.name, "EXPORTS", flows, dict(sorted(defaults.items())), units, comment)
    write_table(made, folder, level=19)
    print(f"trade/{seed.name}: {len(flows):,} flows")


def main() -> None:
    """Build every trade seed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("seeds"))
    parser.add_argument("--totals", type=Path, default=Path("tests/data/baci/totals.csv"))
    options = parser.parse_args()
    reference, totals, zips = read_reference(), [], editions(options.data)
    for table in TABLES:
        if table.whole and (path := zips.get(table.revision)):
            rows = read_edition(path, table)
        else:
            rows = read_table(options.data / table.folder, table)
        own = [seed for seed in OWN_SEEDS if seed.table is table]
        own = own or seeds_of(table, set(rows["k"].unique().to_pylist()))
        totals.append(totals_of(rows, table))
        flows = flows_of(rows, table, reference)
        for seed in own:
            write_trade(flows, seed, options.out / "trade")
    csv.write_csv(pa.concat_tables(totals), options.totals)


if __name__ == "__main__":
    main()
