"""Turns a table of rare-earth ores into seeds: the ores, and the part of each element in them.

    python tools/build_ores.py --data FOLDER [--out seeds]

FOLDER holds ``usgs_editions/usgs_myb2022_rare_earths_tables.xlsx``. What a country may mine is a
judgement, and stands in ``seeds/ores/mined.yaml``, which is written by hand.
"""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from graphkit.importers.seed_files import write_seed

TABLE = "usgs_editions/usgs_myb2022_rare_earths_tables.xlsx"
SHEET, HEAD = "T2", "Primary Source"
SOURCE = {
    "key": "usgs-myb-2022-rare-earths", "title": "Minerals Yearbook 2022, rare earths, table 2",
    "publisher": "U.S. Geological Survey", "published": "2024", "licence": "US public domain",
    "attribution": "U.S. Geological Survey", "evidence": "read",
    "note": "Rare-earth contents of selected source minerals, in percent of all rare-earth oxides; "
    "rows may not add to 100. Taken by the USGS from publications of 1982 to 2015.",
}  # fmt: skip
KEYS = {
    "Bayan Obo": "bayan-obo", "Dechang": "dechang", "Maoniuping": "maoniuping",
    "Weishan": "weishan", "Mountain Pass": "mountain-pass", "Revda": "revda",
    "Mount Weld": "mount-weld", "Nangang": "nangang", "Manavalakurichi": "manavalakurichi",
    "Xunwu": "xunwu", "Xinfeng": "xinfeng", "Longnan": "longnan",
    "Southeast Guangdong": "southeast-guangdong",
}  # fmt: skip
"""Key of each ore, by the beginning of its location."""
COUNTRIES = {
    "China": "CHN", "United States": "USA", "Russia": "RUS", "Australia": "AUS", "India": "IND",
}  # fmt: skip
DITTO = ("Do.", "do.")
PRODUCT = "rare-earth-ore"
ABOUT_ORES = """
Ores of rare earths whose elements the USGS gives (Minerals Yearbook 2022, table 2). Written by
tools/build_ores.py."""
ABOUT_SHARES = """
The part of each element in these ores, of all rare-earth oxides (percent in the table, 0 to 1
here). NA is not zero: not-available. Written by tools/build_ores.py."""
Row = dict[str, Any]


def read_cells(path: Path) -> list[list[Any]]:
    """Read the cells of the table's sheet that have a value."""
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a print area that openpyxl does not know
        sheet = openpyxl.load_workbook(path, read_only=False)[SHEET]
    rows = ([cell for cell in row if cell is not None] for row in sheet.iter_rows(values_only=True))
    return [row for row in rows if row]


def ores(cells: Iterable[Sequence[Any]]) -> tuple[list[Row], list[Row]]:
    """Make the ores, and the share of each element in each."""
    deposits: list[Row] = []
    shares: list[Row] = []
    elements: list[str] = []
    mineral = country = ""
    for row in cells:
        if row[0] == HEAD:
            elements = [str(symbol) for symbol in row[3:]]
        if not elements or len(row) != 3 + len(elements) or row[0] == HEAD:
            continue
        mineral = mineral if row[0] in DITTO else row[0]
        country = country if row[1] in DITTO else row[1]
        start = next((start for start in KEYS if row[2].startswith(start)), None)
        if start is None:
            raise SystemExit(f"{SHEET}: no key for an ore at {row[2]!r}")
        name = f"{start} ({mineral.lower()})"
        deposits.append({
            "key": KEYS[start], "name": name, "mineral": mineral.lower(),
            "country": COUNTRIES[country],
        })  # fmt: skip
        shares += [
            {"ore": KEYS[start], "element": element, **share(str(cell))}
            for element, cell in zip(elements, row[3:], strict=True)
        ]
    return deposits, shares


def share(printed: str) -> Row:
    """Read a percentage as printed: a number, a bound or NA."""
    if printed == "NA":
        return {"qualifier": "not-available", "published_value": printed}
    if printed.startswith("<"):
        bound = round(float(printed[1:]) / 100, 8)
        return {"share": bound, "qualifier": "less-than", "published_value": printed}
    return {"share": round(float(printed) / 100, 8)}


def main() -> None:
    """Build the seeds of ores."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("seeds"))
    options = parser.parse_args()
    deposits, shares = ores(read_cells(options.data / TABLE))
    if missing := set(KEYS.values()) - {row["key"] for row in deposits}:
        raise SystemExit(f"{SHEET}: no ore at {', '.join(sorted(missing))}")
    folder, source = options.out / "ores", {"source": SOURCE["key"]}
    write_seed(folder / "table-source.yaml", "Where shares of elements come from.", "Source",
               [SOURCE])  # fmt: skip
    write_seed(folder / "ores.yaml", ABOUT_ORES, "Ore", deposits,
               defaults={"product": PRODUCT, **source}, sort=("key",))  # fmt: skip
    write_seed(folder / "composition.yaml", ABOUT_SHARES, "COMPOSED_OF", shares, defaults=source,
               sort=("ore", "element"))  # fmt: skip
    print(f"ores: {len(deposits)} ores, {len(shares)} shares")


if __name__ == "__main__":
    main()
