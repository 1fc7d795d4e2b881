"""US balances of 2017 to 2023 in the salient statistics of the USGS editions of 2022 to 2024.

Every edition's figures are kept, the last year of each as estimates; ``usgs_balances.yaml`` says
what the statistics mean. A series counts in a balance only if the edition prints all of its series.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from usgs_prices import place_of_series, read_statistics

from graphkit.errors import GraphkitError
from graphkit.importers.seed_files import write_seed
from graphkit.importers.usgs.balances import BALANCE_COLUMNS, in_tonnes
from graphkit.importers.usgs.figures import Figure, read_figure, tidy
from graphkit.importers.usgs.masses import UNITS, Meaning, Row, read_tables
from graphkit.schema import UNITS as FACTORS

HALF_A_UNIT = re.compile(r"less than (?:½|1/2|one-half|a half) unit\.?", re.IGNORECASE)
ESTIMATED = "e"
NOT_BALANCES = re.compile(r"Price|NIR|Employment|_pct")
"""Parts of the names of statistics of prices, reliance and employment."""


def earlier_balances(
    path: Path, balances: Mapping[str, Sequence[Meaning]]
) -> tuple[dict[int, list[Row]], Counter[str]]:
    """Read the balances of every edition, and count what is left out.

    Raises
    ------
    GraphkitError
        A series or statistic is not known, or a cell is no figure.
    """
    known = {place_of_series(row): row for row in balances["series"]}
    tables = read_tables(Path(__file__).with_name("usgs_balances.yaml"))
    cells = read_statistics(path)
    reasons = {row["statistic"]: row["why"] for row in tables["left_out"]}
    _refuse_unknown(cells, tables["series"], reasons)
    editions: dict[int, list[Row]] = defaultdict(list)
    left_out: Counter[str] = Counter()
    for (edition, statistic), years in cells.items():
        if statistic in reasons:
            left_out[f"MCS {edition}, {statistic}: {reasons[statistic]}"] += len(years)
    for series in tables["series"]:
        meaning = {**known[place_of_series(series)], **series} if "chapter" in series else series
        for edition, statistic in series["from"].items():
            if (edition, statistic) not in cells:
                raise GraphkitError(f"usgs_balances.yaml: found no {statistic} in MCS {edition}")
            for year, text in cells[edition, statistic].items():
                row, reason = _row(meaning, edition, year, tidy(text))
                if row is None:
                    left_out[f"MCS {edition}, {statistic} {year}: {reason}"] += 1
                else:
                    editions[edition].append(row)
    required = defaultdict(set)
    for row in balances["series"]:
        if "balance" in row:
            required[row["balance"]].add(tidy(row["label"]))
    for rows in editions.values():
        _keep_whole_balances(rows, required)
    return dict(sorted(editions.items())), left_out


def _refuse_unknown(
    cells: Mapping[tuple[int, str], object],
    series: Sequence[Meaning],
    reasons: Mapping[str, str],
) -> None:
    """Raise an error that names the statistics of known chapters that have no meaning."""
    named = {(edition, name) for one in series for edition, name in one["from"].items()}
    chapters = {name.partition(" ")[0] for _, name in named}
    unknown = [
        f"MCS {edition} {name}"
        for edition, name in sorted(cells)
        if name.partition(" ")[0] in chapters and name not in reasons
        and (edition, name) not in named and not NOT_BALANCES.search(name)
    ]  # fmt: skip
    if unknown:
        lines = "\n  ".join(unknown)
        raise GraphkitError(f"not in usgs_balances.yaml:\n  {lines}")


def _row(meaning: Meaning, edition: int, year: str, text: str) -> tuple[Row | None, str]:
    """Read a figure in tonnes; None with the reason if it is left out."""
    if not text:
        return None, "blank"
    if text.startswith(("-", "−")):
        return None, f"below zero: {text}"
    is_estimate = text.startswith(ESTIMATED) or int(year) == edition - 1
    text = text.removeprefix(ESTIMATED)
    figure = (
        Figure("s", high=0.5, qualifier="less-than")
        if HALF_A_UNIT.fullmatch(text)
        else read_figure(text)
    )
    figure = in_tonnes(figure, FACTORS["t"][UNITS[meaning["unit"]]])
    has_number = any(n is not None for n in (figure.value, figure.low, figure.high))
    row = {
        **{name: meaning.get(name) for name in ("element", "product", "basis", "balance")},
        "statistic": meaning["statistic"], "label": tidy(meaning["label"]), "period": year,
        "value": figure.value, "low": figure.low, "high": figure.high, "unit": "t",
        "qualifier": figure.qualifier, "published_value": figure.published,
        "estimated": True if is_estimate and has_number else None,
        "replaces": meaning.get("replaces", ()),
    }  # fmt: skip
    return row, ""


def _keep_whole_balances(rows: Sequence[Row], required: Mapping[str, set[str]]) -> None:
    """Take the rows of an edition out of balances of which it does not print every series."""
    labels = defaultdict(set)
    for row in rows:
        labels[row["balance"], row["period"]] |= {row["label"], *row["replaces"]}
    for row in rows:
        if not required.get(row["balance"], set()) <= labels[row["balance"], row["period"]]:
            row["balance"] = None


def write_balances(out: Path, editions: Mapping[int, Sequence[Row]], program: str) -> int:
    """Write one file per edition; return the number of rows."""
    for edition, rows in editions.items():
        years = sorted({row["period"] for row in rows})
        write_seed(
            out / f"earlier-mcs-{edition}.yaml",
            f"Balances of the United States, {years[0]} to {years[-1]}, in an earlier edition; the "
            f"last year: estimates.\nUSGS, Mineral Commodity Summaries {edition} data release (US "
            f"public domain); {program}",
            "REPORTS",
            [{n: row.get(n) for n in BALANCE_COLUMNS if n != "unit"} for row in rows],
            defaults={"country": "USA", "source": f"usgs-mcs-{edition}", "unit": "t"},
            sort=("element", "product", "statistic", "label", "period"),
        )
    return sum(map(len, editions.values()))
