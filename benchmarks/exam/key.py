"""The key of the exam, computed from the seed tables by plain SQL and arithmetic.

    python benchmarks/exam/key.py        # prints each key of questions.yaml that differs

Nothing of graphkit is imported: what both say was computed twice. Each question names its recipe
(``from``), a function of this file with its arguments. What cannot be told has a recipe too, which
fails if the tables tell it. Definitions are those of docs/methods.md.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import yaml
from scipy.optimize import linprog

HERE = Path(__file__).resolve().parent
SEEDS = HERE.parent.parent / "seeds"
CANNOT = "cannot be told"
COMPLETE = ("baci-hs92", "baci-hs17")
"""Data sets of all trade in a code; the first with a product in a period counts."""
PARTIAL = ("largest-flows-hs17-2017-2023", "lithium-minerals-2023", "usitc-imports-hts4")
"""Tables of some flows alone; no two have one product and period."""
EDITIONS = ("usgs-mcs-2026", "usgs-mcs-2025", "usgs-mcs-2024", "usgs-mcs-2023", "usgs-mcs-2022")
"""Editions of the USGS, the newest first; the first with a product in a period counts."""
WORLD, OTHERS = "WLD", "XOC"
IN_A_TONNE = {"t": 1, "kg": 1000, "kt": 1e-3, "Mt": 1e-6}

Key = dict[str, Any]
Row = dict[str, Any]


# The tables


def read(path: Path) -> dict[str, Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return dict(yaml.load(path.read_text(encoding="utf-8"), loader))


@cache
def rows_of(pattern: str) -> list[Row]:
    """Read the rows of seed files with their defaults, from their table if they have one."""
    rows: list[Row] = []
    for path in sorted(SEEDS.glob(pattern)):
        content = read(path)
        lines = content.get("rows", [])
        if "table" in content:
            table = path.with_name(content["table"])
            source = (
                "read_csv(?, all_varchar = true)" if table.suffix == ".csv" else "read_parquet(?)"
            )
            with duckdb.connect() as connection:
                result = connection.execute(f"SELECT * FROM {source}", [str(table)])
                names = [column[0] for column in result.description]
                lines = [dict(zip(names, line, strict=True)) for line in result.fetchall()]
        units = content.get("units", {})
        rows += [
            content.get("defaults", {}) | {"unit_of_tonnes": units.get("tonnes", "t")} | row
            for row in lines
        ]
    return rows


def where(pattern: str, **wanted: Any) -> list[Row]:
    """Select rows whose properties are, or contain, what is wanted."""

    def matches(row: Row, name: str, value: Any) -> bool:
        actual = row.get(name)
        return value in actual if isinstance(actual, list) else str(actual) == str(value)

    return [row for row in rows_of(pattern) if all(matches(row, *item) for item in wanted.items())]


@cache
def trade() -> duckdb.DuckDBPyConnection:
    """Hold the flows of complete data sets in USD and tonnes."""
    connection = duckdb.connect()
    tables = []
    for path in sorted((SEEDS / "trade").glob("*.yaml")):
        head = read(path)
        if (dataset := head["defaults"]["dataset"]) not in COMPLETE:
            continue
        table = str(path.with_name(head["table"]))
        described = connection.execute("DESCRIBE SELECT * FROM read_parquet(?)", [table])
        columns = {row[0] for row in described.fetchall()}
        thousand = 1000 if head.get("units", {}).get("usd") == "kUSD" else 1
        period = "period" if "period" in columns else f"'{head['defaults']['period']}'"
        tonnes = "tonnes" if "tonnes" in columns else "NULL"
        tables.append(
            f"SELECT product, {period} AS period, exporter, importer, usd * {thousand} AS usd,"
            f" {tonnes} AS tonnes, {COMPLETE.index(dataset)} AS place FROM '{table}'"
        )
    connection.execute(
        f"CREATE TABLE flows AS SELECT * FROM ({' UNION ALL '.join(tables)})"
        " QUALIFY place = min(place) OVER (PARTITION BY product, period)"
    )
    return connection


@cache
def flows(product: str, period: Any, by: str = "usd") -> dict[tuple[str, str], float]:
    """Add up what each country sold to each in a period."""
    statement = (
        f"SELECT exporter, importer, sum({by}) FROM flows"
        " WHERE product = ? AND period = ? GROUP BY ALL HAVING sum(usd) > 0"
    )
    rows = trade().execute(statement, [product, str(period)]).fetchall()
    return {(seller, buyer): float(amount or 0) for seller, buyer, amount in rows}


def members(country: str) -> list[str]:
    """Name the countries of a group, or of ``KOR+JPN``."""
    groups = {row["iso3"]: row["members"] for row in rows_of("reference/groups.yaml")}
    return [name for part in country.split("+") for name in groups.get(part, [part])]


def bought(product: str, period: Any, country: str, by: str = "usd") -> dict[str, float]:
    """Add up what a country, or a group counted as one, bought of each seller."""
    group = members(country)
    sellers: dict[str, float] = {}
    for (seller, buyer), amount in flows(product, period, by).items():
        if buyer in group and seller not in group:
            sellers[seller] = sellers.get(seller, 0.0) + amount
    return sellers


def sold(product: str, period: Any, country: str) -> dict[str, float]:
    return {
        buyer: usd for (seller, buyer), usd in flows(product, period).items() if seller == country
    }


def percent(parts: dict[str, float], names: Iterable[str]) -> float:
    return 100 * sum(parts.get(name, 0.0) for name in names) / sum(parts.values())


def ranked(parts: dict[str, float], without: Iterable[str] = ()) -> list[str]:
    return sorted((name for name in parts if name not in without), key=lambda name: -parts[name])


# One hop


def share(product: str, period: Any, country: str, supplier: str, by: str = "usd") -> Key:
    return {"answer": percent(bought(product, period, country, by), members(supplier))}


def largest_supplier(
    product: str, period: Any, country: str, rank: int = 1, without: Iterable[str] = ()
) -> Key:
    return {"answer": ranked(bought(product, period, country), without)[rank - 1]}


def imports(
    product: str, period: Any, country: str, supplier: str | None = None, by: str = "usd"
) -> Key:
    """Add up imports, in million USD or in tonnes."""
    sellers = bought(product, period, country, by)
    amount = sum(sellers[name] for name in ([supplier] if supplier else sellers))
    return {"answer": amount / 1e6 if by == "usd" else amount}


def exports(product: str, period: Any) -> dict[str, float]:
    sellers: dict[str, float] = {}
    for (seller, _), usd in flows(product, period).items():
        sellers[seller] = sellers.get(seller, 0.0) + usd
    return sellers


def export_share(product: str, period: Any, country: str) -> Key:
    return {"answer": percent(exports(product, period), [country])}


def exporter(product: str, period: Any) -> Key:
    return {"answer": ranked(exports(product, period))[0]}


def market(product: str, period: Any, country: str, buyer: str | None = None) -> Key:
    """Find the largest buyer of a country, or the share of one in what it sells."""
    buyers = sold(product, period, country)
    return {"answer": percent(buyers, [buyer]) if buyer else ranked(buyers)[0]}


def suppliers(product: str, period: Any, country: str) -> Key:
    return {"answer": len(bought(product, period, country))}


def concentration(product: str, period: Any, country: str) -> Key:
    """Compute the Herfindahl-Hirschman index of a country's imports, 0 to 10,000."""
    sellers = bought(product, period, country)
    return {"answer": sum(percent(sellers, [name]) ** 2 for name in sellers)}


def points(product: str, before: Any, after: Any, country: str, supplier: str) -> Key:
    first, last = (bought(product, period, country) for period in (before, after))
    return {"answer": percent(last, [supplier]) - percent(first, [supplier])}


def listed_share(product: str, period: Any, country: str, supplier: str) -> Key:
    """Bound a share where only some flows are listed, as docs/methods.md says of each extent."""
    datasets = {row["key"]: row for row in rows_of("reference/datasets.yaml")}
    rows = [
        row
        for name in PARTIAL
        for row in where(f"trade/{name}.yaml", product=product, period=period)
    ]
    (dataset,) = {row["dataset"] for row in rows}
    extent = datasets[dataset]["extent"]
    sellers = {row["exporter"]: row["usd"] for row in rows if row["importer"] == country}
    listed = sum(sellers.values())
    if extent == "chosen-pairs":
        unlisted = math.inf
    elif extent == "largest":
        least = datasets[dataset]["world_share"]
        unlisted = sum(row["usd"] for row in rows) * (1 - least) / least
    else:
        count = datasets[dataset]["largest"]

        def smallest_listed(amounts: Iterable[float]) -> float:
            """Return the last of as many as are listed; nothing is below it where fewer are."""
            largest = sorted(amounts, reverse=True)[:count]
            return largest[-1] if len(largest) == count else 0.0

        cut = smallest_listed(sellers.values())
        others = {row["exporter"] for row in rows} - {country, *sellers}
        unlisted = sum(
            min(cut, smallest_listed(row["usd"] for row in rows if row["exporter"] == other))
            for other in others
        )
    return {
        "low": 100 * sellers[supplier] / (listed + unlisted),
        "high": 100 * sellers[supplier] / listed,
    }


def reported_imports(product: str, period: Any, supplier: str) -> Key:
    """Copy what US customs count from a country, in million USD."""
    (row,) = where("trade/usitc-imports*.yaml", product=product, period=period, exporter=supplier)
    return {"answer": row["usd"] / 1e6}


# Several hops


def path(steps: list[dict[str, Any]], start: str) -> Key:
    """Follow the largest supplier from country to country, each time of a product."""
    country = start
    for step in steps:
        country = ranked(
            bought(country=country, **{k: v for k, v in step.items() if k != "without"}),
            [country, *step.get("without", [])],
        )[0]
    return {"answer": country}


def path_share(
    steps: list[dict[str, Any]], start: str, product: str, period: Any, supplier: str
) -> Key:
    return share(product, period, path(steps, start)["answer"], supplier)


def dependence(group: str, product: str, period: Any, supplier: str) -> dict[str, float]:
    """Compute the share of a supplier in what each member of a group imports."""
    imports_of = {name: bought(product, period, name) for name in members(group)}
    return {name: percent(sellers, [supplier]) for name, sellers in imports_of.items() if sellers}


def members_above(group: str, product: str, period: Any, supplier: str, above: float) -> Key:
    shares = dependence(group, product, period, supplier)
    return {"answer": sum(share > 100 * above for share in shares.values())}


def most_dependent(group: str, product: str, period: Any, supplier: str) -> Key:
    return {"answer": ranked(dependence(group, product, period, supplier))[0]}


def leaning(
    product: str, period: Any, country: str, inputs: str, supplier: str, above: float
) -> Key:
    """Add up the shares of sellers that buy more than a share of their inputs from a country."""
    sellers = bought(product, period, country)
    dependent = [
        name
        for name in sellers
        if (goods := bought(inputs, period, name)) and percent(goods, [supplier]) > 100 * above
    ]
    return {"answer": percent(sellers, dependent)}


def through(product: str, period: Any, country: str, inputs: str, supplier: str) -> Key:
    """Weigh the sellers' shares of inputs from a country by what each seller sells."""
    sellers = {
        name: usd
        for name, usd in bought(product, period, country).items()
        if bought(inputs, period, name)
    }
    whole = sum(sellers.values())
    return {
        "answer": sum(
            usd / whole * percent(bought(inputs, period, name), [supplier])
            for name, usd in sellers.items()
        )
    }


def behind(product: str, period: Any, country: str, supplier: str, passed: bool = False) -> Key:
    """Bound the part of a country's imports that another made, or that passed through it.

    No figure of production may be known: each country made at least what it exports beyond its
    imports, and at most all that it sells. With the pool of ``j`` a mix of its own output, of share
    ``d_j``, and its imports, the share ``x_j`` of the origin in it is at most
    ``(1 - d_j) sum_i q_ij x_i`` with the least ``d_j``, and at least 0: a linear programme.
    """
    if where("production/*.yaml", product=product, period=period):
        raise ValueError(f"{product} has production of {period}: the range would have to use it")
    amounts = flows(product, period)
    names = sorted({name for pair in amounts for name in pair})
    place = {name: number for number, name in enumerate(names)}
    matrix = np.zeros((len(names), len(names)))
    for (seller, buyer), usd in amounts.items():
        matrix[place[seller], place[buyer]] = usd
    exported, imported = matrix.sum(1), matrix.sum(0)
    least = np.maximum(0, exported - imported) / np.where(exported > 0, exported, 1)
    mix = matrix / np.where(imported > 0, imported, 1)
    consumer, origin = place[country], place[supplier]
    weights = mix[:, consumer]
    bounds = [(0.0, 1.0)] * len(names)
    bounds[origin] = (1.0 if passed else float(least[origin]), 1.0)
    others = np.arange(len(names)) != origin
    limits = (np.eye(len(names)) - (1 - least)[:, None] * mix.T)[others]
    ends = [
        sign * linprog(sign * weights, A_ub=limits, b_ub=np.zeros(len(limits)), bounds=bounds).fun
        for sign in (1, -1)
    ]
    return {"low": 100 * ends[0], "high": 100 * ends[1]}


def open_range(**question: Any) -> Key:
    ends = behind(**question)
    if ends["low"] > 1 or ends["high"] < 99:
        raise ValueError(f"the data tell {ends}")
    return {"answer": CANNOT}


# Production


def production_table(product: str, period: Any) -> dict[str, Row]:
    """Find the table of a product and year in the newest edition of the USGS."""
    rows = where("production/*.yaml", product=product, period=period)
    for source in EDITIONS:
        if table := {row["country"]: row for row in rows if row["source"] == source}:
            return table
    raise ValueError(f"no edition has {product} in {period}")


def tonnes(row: Row) -> float:
    if row.get("tonnes") in (None, ""):
        return 0.0
    return float(row["tonnes"]) / IN_A_TONNE[row["unit_of_tonnes"]]


def parts_made(product: str, period: Any) -> dict[str, float]:
    """Divide the world total among countries, or their sum where that is larger."""
    table = production_table(product, period)
    makers = {name: tonnes(row) for name, row in table.items() if name != WORLD}
    world = (
        max(sum(makers.values()), tonnes(table[WORLD])) if WORLD in table else sum(makers.values())
    )
    return {name: 100 * amount / world for name, amount in makers.items()}


def production(product: str, period: Any, country: str) -> Key:
    return {"answer": tonnes(production_table(product, period)[country])}


def production_share(product: str, period: Any, country: str) -> Key:
    return {"answer": parts_made(product, period)[country]}


def producer(product: str, period: Any, rank: int = 1) -> Key:
    return {"answer": ranked(parts_made(product, period), [OTHERS])[rank - 1]}


def largest_producers(product: str, period: Any, count: int) -> Key:
    parts = parts_made(product, period)
    return {"answer": sum(parts[name] for name in ranked(parts, [OTHERS])[:count])}


def edition(product: str, period: Any, country: str, source: str) -> Key:
    (row,) = where(
        "production/*.yaml", product=product, period=period, country=country, source=source
    )
    return {"answer": tonnes(row)}


def reserves_share(product: str, country: str) -> Key:
    """Compute the part of a country in all reserves that are printed; the world's is a bound."""
    rows = where("reserves/*.yaml", product=product)
    printed_amounts = {row["country"]: tonnes(row) for row in rows if row["country"] != WORLD}
    return {"answer": percent(printed_amounts, [country])}


def printed(file: str, property: str, times: float = 1, **wanted: Any) -> Key:
    """Copy one property of the one row of a file that is meant."""
    (row,) = where(file, **wanted)
    value = row[property]
    return {"answer": value * times if isinstance(value, (int, float)) else str(value)}


# Controls, and whether a sentence is right


def in_force(country: str, element: str, day: str, measure: str, target: str | None = None) -> Key:
    """Say whether an act of a country that names an element is in force on a day."""
    acts = where("controls/controls.yaml", country=country, elements=element, measure=measure)
    acts = [act for act in acts if act.get("target") == target]
    active = any(
        str(act["since"]) <= day <= str(act.get("until", "9999"))
        and not str(act.get("suspended_from", "9999"))
        <= day
        <= str(act.get("suspended_until", "9999"))
        for act in acts
    )
    return {"answer": "yes" if active else "no"}


def is_right(figure: Key, says: Any, within: float = 1.0) -> Key:
    """Say whether a figure or name is what a sentence says."""
    actual = compute(figure)["answer"]
    same = actual == says if isinstance(actual, str) else math.isclose(actual, says, abs_tol=within)
    return {"answer": "yes" if same else "no"}


# What cannot be told


def absent(file: str, beside: str | None = None, **wanted: Any) -> Key:
    """Check that no row of the files says it, and that another file knows what it is about."""
    if rows := where(file, **wanted):
        raise ValueError(f"{file} has {rows[0]}")
    if beside and not where(beside, key=next(iter(wanted.values()))):
        raise ValueError(f"{beside} lacks {wanted}")
    return {"answer": CANNOT}


def withheld(file: str, property: str, **wanted: Any) -> Key:
    """Check that the rows are there, and that none has the property."""
    rows = where(file, **wanted)
    if not rows or any(row.get(property) not in (None, "") for row in rows):
        raise ValueError(f"{file} has {rows}")
    return {"answer": CANNOT}


def later_unknown(key: str, day: str) -> Key:
    """Check that an act is suspended until a day before, and not ended."""
    (act,) = where("controls/controls.yaml", key=key)
    if act.get("until") or not str(act["suspended_until"]) < day:
        raise ValueError(f"{key} tells of {day}")
    return {"answer": CANNOT}


def in_baskets(element: str, period: Any) -> Key:
    """Check that no product in trade is of this element alone."""
    mains: dict[str, set[str]] = {}
    for row in where("reference/contains.yaml", role="main"):
        mains.setdefault(row["product"], set()).add(row["element"])
    traded = {
        row[0]
        for row in trade()
        .execute("SELECT DISTINCT product FROM flows WHERE period = ?", [str(period)])
        .fetchall()
    }
    if alone := [name for name in traded if mains.get(name) == {element}]:
        raise ValueError(f"{alone} are of {element} alone")
    return {"answer": CANNOT}


def no_trade(product: str, period: Any) -> Key:
    """Check that no flow of a product is known in a period."""
    if flows(product, period) or not where("reference/products.yaml", key=product):
        raise ValueError(f"{product} has trade in {period}, or is no product")
    return {"answer": CANNOT}


# All of them

RECIPES: dict[str, Callable[..., Key]] = {
    recipe.__name__: recipe
    for recipe in (
        share, largest_supplier, imports, export_share, exporter, market, suppliers,
        concentration, points, listed_share, reported_imports,
        path, path_share, leaning, through, members_above, most_dependent, behind,
        production, production_share, producer, largest_producers, edition, reserves_share,
        printed, in_force, is_right,
        open_range, absent, withheld, later_unknown, in_baskets, no_trade,
    )
}  # fmt: skip


def compute(recipe: dict[str, Any]) -> Key:
    ((name, arguments),) = recipe.items()
    return RECIPES[name](**arguments)


def differences(questions: Iterable[Row]) -> list[str]:
    """Name each question whose key is not what its recipe gives."""
    names = {row["iso3"]: row["name"] for row in rows_of("reference/countries.yaml")}
    lines = []
    for question in questions:
        key = compute(question["from"])
        for name in ("answer", "low", "high"):
            stated, computed = question.get(name), key.get(name)
            if question["form"] == "country":
                computed = names.get(computed)
            same = stated == computed or (
                isinstance(computed, (int, float))
                and isinstance(stated, (int, float))
                and math.isclose(stated, computed, rel_tol=1e-4, abs_tol=0.0501)
            )
            if not same:
                lines.append(f"{question['id']}: {name} is {stated}, computed {computed}")
    return lines


if __name__ == "__main__":
    lines = differences(read(HERE / "questions.yaml")["questions"])
    print("\n".join(lines) or "every key is as computed")
    sys.exit(bool(lines))
