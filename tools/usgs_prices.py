"""Prices of 2017 to 2020 in the salient statistics of the USGS editions of 2022 to 2024.

Of each series and year the newest edition that ``usgs_prices.yaml`` names is taken.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from graphkit.errors import GraphkitError
from graphkit.importers.seed_files import write_seed
from graphkit.importers.usgs.balances import PRICES
from graphkit.importers.usgs.figures import plain_text, read_figure, tidy
from graphkit.importers.usgs.masses import Meaning, Row, read_tables

YEARS = ("2017", "2018", "2019", "2020")
"""Years before those of the newest edition."""
COMMENT = (
    "Prices of 2017 to 2020, each as the newest of the editions 2022 to 2024 that prints it.\n"
    "USGS, Mineral Commodity Summaries 2022 to 2024 data releases (US public domain); written by\n"
    "tools/build_usgs.py: change that, not this file."
)


def read_statistics(path: Path) -> dict[tuple[int, str], dict[str, str]]:
    """Read the cells of each year by edition and statistic, such as ``raree Price_Dy2O3_dkg``."""
    statistics: dict[tuple[int, str], dict[str, str]] = defaultdict(dict)
    with path.open(encoding="utf-8", newline="") as file:
        for cell in csv.DictReader(file):
            edition = int(cell["release"].removeprefix("MCS"))
            name = f"{cell['chapter_code']} {cell['statistic']}"
            statistics[edition, name][cell["year"]] = cell["value"]
    return dict(statistics)


def price_rows(path: Path, balances: Mapping[str, list[Meaning]]) -> list[Row]:
    """Read the prices of the series in ``usgs_prices.yaml``.

    Raises
    ------
    GraphkitError
        A series or its unit is not among the balances, or a statistic not in the table.
    """
    known = {place_of_series(row): row for row in balances["series"]}
    statistics = read_statistics(path)
    rows = []
    for series in read_tables(Path(__file__).with_name("usgs_prices.yaml"))["series"]:
        meaning = {**known[place_of_series(series)], **series} if "chapter" in series else series
        for year in YEARS:
            newest: Row | None = None
            for edition, name in sorted(series["from"].items()):
                if (edition, name) not in statistics:
                    raise GraphkitError(f"usgs_prices.yaml: found no {name} in MCS {edition}")
                value = statistics[edition, name].get(year)
                if value is not None:
                    newest = _row(meaning, year, value, edition)
            rows += [newest] if newest else []
    return rows


def place_of_series(row: Meaning) -> tuple[str, ...]:
    """Return chapter, commodity and label of a series, as they are compared."""
    chapter = row.get("chapter", "")
    return tuple(plain_text(t) for t in (chapter, row.get("commodity", chapter), row["label"]))


def _row(meaning: Meaning, year: str, value: str, edition: int) -> Row:
    figure, label = read_figure(value), tidy(meaning["label"])
    unit = meaning.get("unit") or next(
        (unit for words, unit in sorted(PRICES.items(), key=lambda pair: -len(pair[0]))
         if words in label.casefold()), None
    )  # fmt: skip
    if unit is None:
        raise GraphkitError(f"usgs_prices.yaml: found no unit in {label!r}")
    return {
        "element": meaning["element"], "product": meaning.get("product"), "label": label,
        "period": year, "value": figure.value, "unit": unit, "qualifier": figure.qualifier,
        "published_value": figure.published, "source": f"usgs-mcs-{edition}",
    }  # fmt: skip


def write_prices(out: Path, rows: list[Row]) -> int:
    """Write the seed of prices; return the number of rows."""
    write_seed(
        out / "prices-2017-2020.yaml", COMMENT, "REPORTS", rows,
        defaults={"country": "USA", "statistic": "price"},
        sort=("element", "product", "label", "period"),
    )  # fmt: skip
    return len(rows)
