"""Turns figures on China's exports by month that pages printed into claims.

    python tools/build_printed.py --data FOLDER [--out seeds]

FOLDER holds ``monthly/``: single figures of many pages, each with its page. A figure becomes a
claim with its month or period, its page and what the page calls the goods; figures that follow
from a printed rate of growth are "about". Goods without a product or element of the graph are
left out, and so is a source whose rows may not be passed on. Of one page and good at most ``MOST``
figures are taken, those to all countries first, so that no page's table is copied whole.
"""

from __future__ import annotations

import argparse
import csv
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from graphkit.errors import GraphkitError
from graphkit.importers.seed_files import write_seed
from graphkit.period import spelled
from graphkit.schema import GRAPH
from graphkit.seeds.files import read_file

Row = Mapping[str, str]
Fact = tuple[str | None, str | None, str]
"""Element, consumer and period of a figure."""
GOODS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "rare earth permanent magnets": ("magnets", {
        "product": "magnets-metal",
        "basis": "gross; permanent magnets of rare earths, China's 85051110",
    }),
    "dysprosium (oxide)": ("dy", {
        "element": "Dy", "basis": "gross; the page says dysprosium, taken for the oxide",
    }),
    "dysprosium oxide": ("dy", {"element": "Dy", "basis": "gross; dysprosium oxide"}),
    "terbium (oxide)": ("tb", {
        "element": "Tb", "basis": "gross; the page says terbium, taken for the oxide",
    }),
    "gallium": ("ga", {"element": "Ga", "basis": "gross; wrought or unwrought not stated"}),
    "germanium": ("ge", {"element": "Ge", "basis": "gross; wrought or unwrought not stated"}),
    "spherical graphite": ("spherical-graphite", {
        "product": "spherical-graphite", "basis": "gross; China's 25041091",
    }),
    "natural graphite, flake": ("flake-graphite", {
        "product": "natural-graphite", "basis": "gross; flake alone, China's 25041010",
    }),
    "antimony oxides": ("antimony-oxides", {
        "product": "antimony-oxides", "basis": "gross; HS 282580",
    }),
    "antimony metal": ("antimony", {"product": "antimony-metal", "basis": "gross; HS 811010"}),
}  # fmt: skip
"""Name in keys and fields of a claim, by what the figures call the goods."""
MOST = 8
"""Figures of one page and good that are taken at most."""
NOT_PASSED_ON = {"qennis"}
"""Sources whose rows may not be passed on."""
QUALIFIERS = {
    "stated": None,
    "derived": "about",
    "approximate": "about",
    "lower bound": "more-than",
}
ALL = "WLD"
COMMENT = """
China's exports by month as pages printed them, nearly all after its customs: magnets in every
month from January 2025 to March 2026, and single months of gallium, germanium, dysprosium,
terbium, graphite and antimony. Each page is cited for its own figures alone; "about" is worked
out from a printed rate of growth. Written by tools/build_printed.py: change that, not this file."""
SOURCES = """
The pages that printed figures of China's exports by month. Written by tools/build_printed.py:
change that, not this file."""


def claims_of(
    rows: Iterable[Row], known: Collection[Fact] = frozenset()
) -> list[dict[str, object]]:
    """Make a claim of each figure that is taken, but for what other seeds have already.

    Raises
    ------
    GraphkitError
        Two figures of one page are on the same goods, buyer and period.
    """
    pages: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        is_taken = row["commodity"] in GOODS and row["source_id"] not in NOT_PASSED_ON
        if is_taken and row["reporter"] == "CHN" and row["flow"] == "export" and row["quantity"]:
            pages[row["source_id"], GOODS[row["commodity"]][0]].append(row)
    claims: dict[str, dict[str, object]] = {}
    for (page, name), figures in pages.items():
        figures.sort(key=lambda row: (row["partner"] != ALL, row["basis"] == "derived"))
        for row in figures[:MOST]:
            period = spelled(row["period"].replace("/", ".."))
            buyer = "" if row["partner"] == ALL else f"{row['partner'].lower()}-"
            consumer = None if row["partner"] == ALL else row["partner"]
            fields = GOODS[row["commodity"]][1]
            if (fields.get("element"), consumer, period) in known:
                continue
            key = f"printed-{buyer}{name}-{period.replace('..', '-to-')}-{page}"
            if key in claims:
                raise GraphkitError(f"found two figures for {key}; wanted one of a page")
            claims[key] = {
                "key": key, "kind": "quantity",
                "consumer": consumer, **fields,
                "period": period, "value": float(row["quantity"]),
                "qualifier": QUALIFIERS[row["basis"]], "unit": row["quantity_unit"],
                "note": _note(row), "source": f"printed-{page}",
            }  # fmt: skip
    return [claims[key] for key in sorted(claims)]


def _note(row: Row) -> str | None:
    """Say what a figure is worked out from."""
    return f"Worked out: {row['note']}." if row["basis"] == "derived" else None


def source_of(row: Row) -> dict[str, object]:
    """Make the source of a page: its publisher and address, and when it was retrieved."""
    retrieved, _, page = row["retrieved"].partition(" (page of ")
    return {
        "key": f"printed-{row['source_id']}", "title": row["title"],
        "publisher": row["publisher"], "published": page.removesuffix(")") or None,
        "url": row["address"],
        "licence": "text under the publisher's copyright; single figures are cited",
        "evidence": "excerpt", "note": f"Retrieved {retrieved}.",
    }  # fmt: skip


def build(data: Path, out: Path) -> str:
    """Write the claims and their sources; return a report."""
    figures, pages = (
        list(csv.DictReader((data / "monthly" / name).open(encoding="utf-8", newline="")))
        for name in ("published_figures.csv", "sources.csv")
    )
    seed = read_file(out / "claims" / "dysprosium-exports.yaml", out, GRAPH)
    known = {(r["element"], r["consumer"], r["period"]) for r in seed.rows.to_pylist()}
    claims = claims_of(figures, known)
    cited = {claim["source"] for claim in claims}
    sources = [source for source in map(source_of, pages) if source["key"] in cited]
    defaults = {
        "supplier": "CHN", "measure": "exports", "counted_by": "weight",
        "attributed_to": "China's customs", "evidence": "excerpt",
    }  # fmt: skip
    folder = out / "claims"
    write_seed(folder / "printed-exports.yaml", COMMENT, "Claim", claims, defaults=defaults)
    write_seed(folder / "printed-sources.yaml", SOURCES, "Source", sources, sort=("key",))
    return f"{len(claims)} of {len(figures)} figures, of {len(sources)} pages"


def main() -> None:
    """Run it from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds monthly/")
    parser.add_argument("--out", type=Path, default=Path("seeds"), help="folder of the seeds")
    options = parser.parse_args()
    print(build(options.data, options.out))


if __name__ == "__main__":
    main()
