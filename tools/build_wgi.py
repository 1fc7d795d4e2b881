"""Turns the World Bank's estimates of political stability into ratings of countries.

    python tools/build_wgi.py --data FOLDER [--out seeds]

FOLDER holds ``wgi/wgi_pv_estimate_long.csv``. One of the six Worldwide Governance Indicators: the
European Union's measure of supply risk takes the mean of all six.
"""

from __future__ import annotations

import argparse
import csv
from collections import defaultdict
from pathlib import Path

from graphkit.importers.seed_files import write_seed

INDICATOR = "wgi-political-stability"
SOURCE = "world-bank-wgi"
LEFT_OUT = frozenset({"PUS", "R20"})
"""Small islands and a remainder of trade statistics: the table was joined to them by mistake."""

CREDIT = """
World Bank, Worldwide Governance Indicators: estimate of political stability and absence of violence
or terrorism, -2.5 (weak) to 2.5 (strong), a few beyond; CC BY 4.0. It is one of six indicators, and
the only one here: the EU's measure of supply risk (analysis/criticality.py) takes the mean of the
six, so that with this one alone it is a range. Written by tools/build_wgi.py."""

Ratings = list[tuple[str, str, str]]


def read_ratings(path: Path) -> tuple[Ratings, list[str]]:
    """Country, year and estimate as printed, sorted; and what was left out, with the reason."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    left: dict[str, list[str]] = defaultdict(list)
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            code, year, estimate = row["Code"], row["year"], row["pv_estimate"]
            if code in LEFT_OUT:
                left[f"{code} ({row['Country/Territory']}): joined to the table by mistake"].append(
                    year
                )
            elif estimate in ("", "None"):
                left[f"{code}: no estimate"].append(year)
            else:
                found[code, year].add(estimate)
    for (code, year), estimates in sorted(found.items()):
        if len(estimates) > 1:
            left[f"{code}: {len(estimates)} different estimates of one year"].append(year)
    ratings = [(code, year, *values) for (code, year), values in found.items() if len(values) == 1]
    notes = [f"{why}, {min(years)} to {max(years)}" for why, years in sorted(left.items())]
    return sorted(ratings), notes


def write_ratings(ratings: Ratings, left_out: list[str], folder: Path) -> None:
    """Write the source, the indicator, and the table of ratings with the YAML that describes it."""
    source = {
        "key": SOURCE, "title": "Worldwide Governance Indicators", "publisher": "World Bank",
        "url": "https://www.worldbank.org/en/publication/worldwide-governance-indicators",
        "licence": "CC BY 4.0", "attribution": "World Bank, Worldwide Governance Indicators",
        "note": "Kaufmann and Kraay; estimates of 1996 to 2024. The edition was not recorded.",
    }  # fmt: skip
    write_seed(folder / "sources.yaml", "Where ratings of countries come from.", "Source", [source])
    indicator = {
        "key": INDICATOR,
        "name": "Political stability and absence of violence or terrorism",
        "unit": "estimate, standard normal", "low": -2.5, "high": 2.5,
        "note": "Higher is better. Nearly all estimates lie between the two ends, a few beyond.",
    }  # fmt: skip
    about = "What countries are rated by. Of the six governance indicators only one is here."
    write_seed(
        folder / "indicators.yaml", about, "Indicator", [indicator], defaults={"source": SOURCE}
    )
    comment = [*CREDIT.strip().splitlines(), f"{len(ratings):,} ratings. Left out:"]
    comment += [f"- {note}" for note in left_out]
    lines = [f"# {line}" for line in comment]
    lines += ["kind: RATED", f"defaults: {{indicator: {INDICATOR}, source: {SOURCE}}}"]
    lines += ["table: political-stability.csv"]
    (folder / "political-stability.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    with (folder / "political-stability.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["country", "period", "value"])
        writer.writerows(ratings)


def main() -> None:
    """Build the governance seeds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("seeds"))
    options = parser.parse_args()
    ratings, left_out = read_ratings(options.data / "wgi" / "wgi_pv_estimate_long.csv")
    write_ratings(ratings, left_out, options.out / "governance")
    print(f"governance/political-stability: {len(ratings):,} ratings")
    print("\n".join(f"left out: {note}" for note in left_out))


if __name__ == "__main__":
    main()
