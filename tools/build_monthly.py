"""Turns trade by month of the United States and the United Kingdom into seeds of trade.

    python tools/build_monthly.py --data FOLDER [--out seeds] [--totals FILE]

FOLDER holds ``monthly/`` and ``usitc/``. Of the first, the rows of the US Census Bureau (general
imports under ten digits) and of HM Revenue and Customs (both directions under eight digits) are
written; those of Brazil, whose licence nobody has read, are not. The codes become products by
``HTS10`` and ``CN8``, as traded-as.yaml has them.

The US rows name China and all countries together: the rest is all minus China, under the area of
other countries, so that both add up to all. A month in which the source has no row of China is of
other countries alone, for the year's sum from China was still zero in it. Three codes were read of
all countries together alone; they are a data set of their own, which is never added to the other.

Each year of China's rows is held against the same headings in ``usitc/`` (imports for
consumption), and the build ends without seeds where a sum is above its heading. The sums of the
source by code, partner and year are written for a test of the seeds.
"""

from __future__ import annotations

import argparse
import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from graphkit.errors import GraphkitError
from graphkit.importers.seed_files import SeedTable, write_table

FILE = "monthly/monthly_trade.parquet"
HEADINGS_FILE = "usitc/usitc_us_trade_hts4_1993_2026.parquet"
US, UK = "us-census-hts10", "hmrc-ots-cn8"
HTS10: Mapping[str, str] = {
    "2504101000": "natural-graphite",
    "2804500020": "tellurium",
    "7104210000": "synthetic-diamond",
    "8101940000": "tungsten-metal",
    "8102940000": "molybdenum-metal",
    "8106100000": "bismuth",
    "8110100000": "antimony-metal",
    "8112921000": "gallium",
    "8112923000": "indium",
    "8112926000": "germanium-metal",
}
"""Product of each code of which the source has China and all countries."""
HTS10_TOTALS: Mapping[str, str] = {
    "2504105000": "natural-graphite",
    "2841800010": "tungstates",
    "8112926500": "germanium-metal",
}
"""Product of each code of which it has all countries together alone."""
CN8: Mapping[str, str] = {
    "25049000": "natural-graphite",
    "25101000": "phosphate-rock",
    "25111000": "barite",
    "25280000": "borates",
    "25291000": "feldspar",
    "25292200": "fluorspar",
    "26020000": "manganese-ore",
    "26060000": "bauxite",
    "27011210": "metallurgical-coal",
    "28042910": "helium",
    "28046900": "silicon-metal",
    "28047010": "phosphorus",
    "28048000": "arsenic-metal",
    "28220000": "cobalt-compounds",
    "28369100": "lithium-carbonate",
    "28369200": "strontium-carbonate",
    "71101100": "platinum",
    "71102100": "palladium",
    "72029200": "ferrovanadium",
    "72029300": "ferroniobium",
    "74031100": "copper-refined",
    "75021000": "nickel-refined",
    "81019400": "tungsten-metal",
    "81032000": "tantalum-metal",
    "81041100": "magnesium-metal",
    "81082000": "titanium-sponge",
    "81101000": "antimony-metal",
    "81121200": "beryllium-metal",
    "81123100": "hafnium",
    "81129289": "gallium",
    "81129295": "germanium-metal",
    "85051110": "magnets-metal",
}
"""Product of each British code."""
ALL, OTHERS = "WLD", "XOC"
"""All countries together, and the countries that a table does not name."""
PLACES = {"ZZZ": "X839", "TWN": "S19"}
"""Areas of the graph for partners withheld, and for Taiwan as trade statistics name it."""
TONNES = {"kg": 0.001, "g": 1e-6}
CONTENT = {"2841800010"}
"""Codes whose mass is that of the element in the goods."""
Amounts = dict[str, float | None]


@dataclass(frozen=True)
class MonthlySet:
    """One data set to write: the rows that it takes, and its words."""

    key: str
    source: str
    flow: str
    products: Mapping[str, str]
    comment: str

    @property
    def sides(self) -> tuple[str, str, str]:
        """The column of the partner, that of the reporter, and the reporter's country."""
        country = "USA" if self.source == US else "GBR"
        if self.flow == "import":
            return "exporter", "importer", country
        return "importer", "exporter", country


WRITTEN_BY = "Written by tools/build_monthly.py: change that, not this file."
_CENSUS = (
    "US Census Bureau, international trade API (US public domain), typed from\n"
    "C-y22/history-engine at 6954673e (its data folder CC BY 4.0: Zhang, Chunyang 2026, The\n"
    f"History Engine). {WRITTEN_BY}"
)
_HMRC = (
    "Months of May 2024 to June 2026. Masses alone: the values are in pounds, and no rate of\n"
    "exchange ships. A partner without a row had no trade in the month; a mass of 0 is under half\n"
    "a kilogram. Taiwan is the area that trade statistics have in its place.\n"
    "HM Revenue & Customs, UK overseas trade statistics (Open Government Licence v3.0), read from\n"
    f"Varcolacus/critical-materials-atlas at 17b328d2 and 71cc163. {WRITTEN_BY}"
)
SETS = (
    MonthlySet("us-census-imports", US, "import", HTS10,
        "General imports of the United States under ten codes of ten digits, by month from\n"
        "January 2023 to July 2026, customs value: from China, and from all other countries\n"
        "together, which is all minus China. A month without a row of China is one in which the\n"
        "year's sum from China was still zero; a row of 0 is a later month without any.\n"
        f"{_CENSUS}"),
    MonthlySet("us-census-totals", US, "import", HTS10_TOTALS,
        "General imports of the United States under three codes of ten digits, by month from\n"
        "January 2023 to July 2026, customs value: from all countries together, China among them;\n"
        "no country was asked for alone. The mass of ammonium tungstates is that of the tungsten.\n"
        f"{_CENSUS}"),
    MonthlySet("hmrc-imports", UK, "import", CN8,
        f"Imports of the United Kingdom under 32 codes of eight digits, by country.\n{_HMRC}"),
    MonthlySet("hmrc-exports", UK, "export", CN8,
        f"Exports of the United Kingdom under 31 codes of eight digits, by country.\n{_HMRC}"),
)  # fmt: skip
Flows = dict[tuple[str, str, str], Amounts]
"""Amounts by partner, code and month."""


def flows_of(rows: Iterable[Mapping[str, Any]], wanted: MonthlySet) -> Flows:
    """Select the flows of one data set, the rest of the world beside China where all is known.

    Raises
    ------
    GraphkitError
        A row appears twice, or China sold more than all countries together.
    """
    flows: Flows = {}
    for row in rows:
        if (row["source_id"], row["flow"]) != (wanted.source, wanted.flow):
            continue
        if row["code"] not in wanted.products:
            continue
        key = (row["partner"], row["code"], row["period"])
        if key in flows:
            raise GraphkitError(f"{FILE}: found {key} of {wanted.source} twice, wanted once")
        usd = row["value"] if row["currency"] == "USD" else None
        flows[key] = {"usd": usd, "tonnes": TONNES[row["quantity_unit"]] * row["quantity"]}
    named: Flows = {}
    for (partner, code, month), amounts in sorted(flows.items()):
        place = PLACES.get(partner, partner)
        if partner == ALL and wanted.products is HTS10:
            place = OTHERS
            amounts = _less(amounts, flows.get(("CHN", code, month), {}), f"{code} in {month}")
        named[place, code, month] = amounts
    return named


def _less(every: Amounts, part: Amounts, where: str) -> Amounts:
    """Subtract the amounts of one partner from those of all."""
    rest: Amounts = {}
    for name, amount in every.items():
        left = (amount or 0.0) - (part.get(name) or 0.0)
        if left < -1e-9:
            raise GraphkitError(
                f"{FILE}: found {name} {part[name]} from China of {where}, above {amount} from all"
            )
        rest[name] = round(max(left, 0.0), 9)
    return rest


def beside_headings(months: Iterable[Mapping[str, Any]], years: Iterable[Mapping[str, Any]]
                    ) -> list[str]:  # fmt: skip
    """Hold China's months under ten digits against its imports under the heading, in dollars.

    Returns
    -------
    list of str
        For each heading and period that both have, both sums and what part of the heading the
        codes are.

    Raises
    ------
    GraphkitError
        A sum is above its heading.
    """
    sums: dict[tuple[str, int, str], float] = defaultdict(float)
    for row in months:
        if row["source_id"] == US and row["partner"] == "CHN":
            year, month = map(int, row["period"].split("-"))
            sums[row["code"][:4], year, "year"] += row["value"]
            if month <= 4:
                sums[row["code"][:4], year, "jan-apr"] += row["value"]
    headings: dict[tuple[str, int, str], float] = defaultdict(float)
    for row in years:
        if (row["flow"], row["partner"], row["measure"]) == ("import", "China", "Customs Value"):
            headings[str(row["hts4"]), int(row["year"]), row["period"]] += row["value"]
    report, above = [], []
    for key in sorted(sums.keys() & headings.keys()):
        of_codes, of_heading = sums[key], headings[key]
        text = (
            f"{key[0]} {key[1]} {key[2]}: {of_codes / 1e6:.2f} M USD by month, "
            f"{of_heading / 1e6:.2f} under the heading ({of_codes / of_heading:.1%})"
        )
        report.append(text)
        if of_codes > of_heading:
            above.append(text)
    if above:
        raise GraphkitError(f"{FILE}: found sums above their heading: {'; '.join(above)}")
    return report


def _seed(wanted: MonthlySet, flows: Flows) -> SeedTable:
    partner, own, country = wanted.sides
    columns: dict[str, list[str]] = {
        partner: [place for place, _, _ in flows],
        "product": [wanted.products[code] for _, code, _ in flows],
        "hs": [code for _, code, _ in flows],
        "period": [month for _, _, month in flows],
        "basis": ["W-content" if code in CONTENT else "gross" for _, code, _ in flows],
    }
    arrays = {name: pa.array(values, pa.string()) for name, values in columns.items()}
    measures = ("usd", "tonnes") if wanted.source == US else ("tonnes",)
    for name in measures:
        arrays[name] = pa.array([amounts[name] for amounts in flows.values()], pa.float64())
    defaults = {
        own: country, "dataset": wanted.key, "source": wanted.source, "hs_revision": "HS22",
        "reporter": "importer" if wanted.flow == "import" else "exporter",
    }  # fmt: skip
    if wanted.source == US:
        defaults["valuation"] = "fob"
    comment = f"{wanted.comment}\n{len(flows):,} flows."
    return SeedTable(f"{wanted.key}-monthly", "EXPORTS", pa.table(arrays), defaults, {}, comment)


def build(data: Path, out: Path, totals: Path) -> list[str]:
    """Write the seeds and the sums of the source; return a report."""
    rows = parquet.read_table(data / FILE).to_pylist()
    report = beside_headings(rows, parquet.read_table(data / HEADINGS_FILE).to_pylist())
    for wanted in SETS:
        flows = flows_of(rows, wanted)
        write_table(_seed(wanted, flows), out / "trade", level=19)
        report.append(f"{wanted.key}: {len(flows)} flows")
    _write_totals(rows, totals)
    return report


def _write_totals(rows: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Write what the source has of each flow, code and year, and of each partner of the US."""
    totals: dict[tuple[str, ...], list[tuple[float, float]]] = defaultdict(list)
    for row in rows:
        if row["source_id"] in (US, UK):
            partner = row["partner"] if row["source_id"] == US else "each"
            key = (row["source_id"], row["flow"], row["code"], partner, row["period"][:4])
            totals[key].append((row["value"], row["quantity"]))
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["source", "flow", "code", "partner", "year", "rows", "value", "quantity"])
        for key, amounts in sorted(totals.items()):
            sums = (f"{sum(values):.15g}" for values in zip(*amounts, strict=True))
            writer.writerow([*key, len(amounts), *sums])


def main() -> None:
    """Run it from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, required=True, help="folder of monthly/ and usitc/")
    parser.add_argument("--out", type=Path, default=Path("seeds"), help="folder of the seeds")
    parser.add_argument("--totals", type=Path, default=Path("tests/data/monthly/totals.csv"))
    options = parser.parse_args()
    print("\n".join(build(options.data, options.out, options.totals)))


if __name__ == "__main__":
    main()
