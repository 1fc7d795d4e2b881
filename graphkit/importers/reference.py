"""Places, materials and codes of the reference seeds, and flows named by them.

Every function that drops rows counts them in the report of the import.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from graphkit.arrow import any_twice, fingerprints, look_up
from graphkit.errors import GraphkitError, UsageError
from graphkit.files.folders import shipped
from graphkit.importers.report import Report
from graphkit.names import Names, in_other_languages
from graphkit.period import Period
from graphkit.schema import MAIN, REVISIONS, VALUATIONS
from graphkit.seeds.check import Facts
from graphkit.seeds.facts import read_seeds

FITS = ("exact", "dominant", "proxy")
HS_CODE = 6
M49_CODE = 3
"""Digits of a country's code in M49 and BACI."""


@dataclass(frozen=True)
class ImportFilter:
    """Filter of the flows that an import keeps; an empty field keeps everything."""

    products: Sequence[str] = ()
    years: Collection[int] = ()
    countries: Collection[str] = ()
    proxies: bool = False


@dataclass(frozen=True)
class Reference:
    """Countries, products and codes of a folder of seeds, as importers need them."""

    facts: Facts

    @cached_property
    def places(self) -> Names:
        """Countries and areas by all their names."""
        return Names(
            {
                "Country": lambda: _called(self.facts["Country"], "iso3"),
                "Area": lambda: _called(self.facts["Area"], "iso3"),
            },
            {"Country": partial(in_other_languages, "Country")},
        )

    @cached_property
    def materials(self) -> Names:
        """Stages, elements and products by all their names."""
        kinds = ("Stage", "Element", "Product")
        return Names(
            {kind: partial(self.facts.__getitem__, kind) for kind in kinds},
            {kind: partial(in_other_languages, kind) for kind in kinds},
        )

    def place_of(self, text: str) -> str | None:
        """Find the country or area of a name, ISO, M49 or BACI code, or key; None if it is unknown.

        A number may lack its leading zeros: 36 and 036 are Australia.

        Raises
        ------
        UsageError
            The name is ambiguous.
        """
        for place in self.places.all(text, ("Country", "Area")):
            return place.key
        code = text.strip().upper()
        if code.isascii() and code.isdigit() and len(code) <= M49_CODE:
            return self._by_number.get(int(code))
        return self._by_letters.get(code)

    @cached_property
    def _by_letters(self) -> dict[str, str]:
        """Countries by their two-letter codes, which are not among their names."""
        rows = self.facts["Country"].to_pylist()
        return {row["iso2"]: row["iso3"] for row in rows if row["iso2"]}

    @cached_property
    def _by_number(self) -> dict[int, str]:
        return self.by_number("baci_code") | self.by_number("m49")

    def by_number(self, column: str) -> dict[int, str]:
        """Map numbers to countries and areas: ``own`` (``baci_code``, ``m49``) and numeric aliases.

        A former state's number is an alias of the place that statistics now count it as.
        """
        rows = [*self.facts["Country"].to_pylist(), *self.facts["Area"].to_pylist()]
        aliases = {
            int(alias): row["iso3"]
            for row in rows
            for alias in row["aliases"] or ()
            if alias.isdigit()
        }
        return aliases | {int(row[column]): row["iso3"] for row in rows if row.get(column)}

    def by_comtrade_code(self) -> dict[int, str]:
        """Map the numbers of UN Comtrade to countries and areas.

        They are M49's, except for some that BACI shares (842 for the United States) and for
        remainders: 492 is Monaco in M49, but "Europe EU, nes" (X492) here.
        """
        keys = self.facts["Area"]["iso3"].to_pylist()
        remainders = {int(k[1:]): k for k in keys if k.startswith("X") and k[1:].isdigit()}
        return self.by_number("m49") | self.by_number("baci_code") | remainders

    def comtrade_code(self, key: str) -> int:
        """Return the current UN Comtrade number of a country or area.

        Raises
        ------
        UsageError
            UN Comtrade has no number for it.
        """
        rows = [*self.facts["Country"].to_pylist(), *self.facts["Area"].to_pylist()]
        [row] = [row for row in rows if row["iso3"] == key]
        aliases = (alias for alias in row["aliases"] or () if alias.isdigit())
        codes = (row["baci_code"], row.get("m49"), *aliases, key.removeprefix("X"))
        for code in codes:
            if code and code.isdigit():
                return int(code)
        raise UsageError(f"UN Comtrade has no number for {row['name']} ({key})")

    def codes_in_any_revision(self, wanted: Sequence[str]) -> list[str]:
        """Return the six-digit HS codes of codes or names, in any revision.

        Raises
        ------
        UsageError
            A name is unknown or has no code; the message lists what has one.
        """
        result: set[str] = set()
        for text in wanted:
            code = text.strip().replace(".", "")
            if code.isdigit() and len(code) == HS_CODE:
                result.add(code)
                continue
            product_of_code: dict[str, str] = {}
            for revision in REVISIONS:
                product_of_code |= self.product_of_code(revision, proxies=True)
            result |= set(self.products([text], product_of_code))
        return sorted(code for code in result if len(code) == HS_CODE)

    def areas_of_type(self, *types: str) -> set[str]:
        """Return the keys of the areas of the given types."""
        return {r["iso3"] for r in self.facts["Area"].to_pylist() if r["type"] in types}

    def product_of_code(self, revision: str, *, proxies: bool = False) -> dict[str, str]:
        """Map each HS code of a revision to the product mainly traded under it.

        Of several products, the best fit wins. A code that is only a proxy for its product is
        left out; ``proxies`` includes it if no other product claims it.
        """
        claims: dict[str, list[tuple[int, int, str]]] = {}
        for row in self.facts["TRADED_AS"].to_pylist():
            age = REVISIONS.index(revision) - REVISIONS.index(row["revision"])
            if age >= 0:
                rank = (FITS.index(row["fit"]), age, row["product"])
                claims.setdefault(row["code"], []).append(rank)
        product_of = {}
        for code, ranks in sorted(claims.items()):
            best = min(ranks)
            alone = len({product for _, _, product in ranks}) == 1
            if best[0] < FITS.index("proxy") or (proxies and alone):
                product_of[code] = best[2]
        return product_of

    @cached_property
    def code_rows(self) -> dict[str, dict[str, Any]]:
        """Rows of the HS codes, by code."""
        return {row["code"]: row for row in self.facts["Code"].to_pylist()}

    def fit_of(self, code: str, product: str) -> str | None:
        """Return the best fit of an HS code to a product in any revision."""
        fits = [row["fit"] for row in self.facts["TRADED_AS"].to_pylist()
                if row["code"] == code and row["product"] == product]  # fmt: skip
        return min(fits, key=FITS.index, default=None)

    def national_code(self, code: str) -> dict[str, str]:
        """Describe a national code by its first six digits, as a seed."""
        parent = self.code_rows[code[:HS_CODE]]
        described = f"national code of {code[:HS_CODE]}: {parent['description']}"
        return {"code": code, "description": described, "source": parent["source"]}

    def report_national(self, pairs: Iterable[tuple[str, str]], report: Report) -> None:
        """Report how well the first six digits of national codes fit their products."""
        for (code, product), count in sorted(Counter(pairs).items()):
            fit = self.fit_of(code[:HS_CODE], product)
            fit_text = f"which fits {product}: {fit}" if fit else f"not known for {product}"
            report.add("matched", f"{code} by {code[:HS_CODE]}, {fit_text}", count)

    def products(self, wanted: Iterable[str], codes: Mapping[str, str]) -> dict[str, str]:
        """Select the codes that were asked for.

        Parameters
        ----------
        wanted : iterable of str
            HS codes or their first digits, products, elements, minerals, groups or stages.
        codes : mapping of str to str
            The product of each code.

        Raises
        ------
        UsageError
            A name is unknown or has no code; the message lists the products that have one.
        """
        selected: dict[str, str] = {}
        for text in wanted:
            code = text.strip().replace(".", "")
            if code.isdigit():
                matching = {k: p for k, p in codes.items() if k.startswith(code)}
            else:
                products = self.products_of(text.strip())
                matching = {k: p for k, p in codes.items() if p in products}
            if not matching:
                present = ", ".join(sorted(set(codes.values())))
                raise UsageError(
                    f"--products: no HS code is mainly for {text!r}; codes exist for {present}"
                )
            selected |= matching
        return dict(sorted(selected.items()))

    def products_of(self, text: str) -> set[str]:
        """Return the products bought for an element, those of a stage, or one product."""
        material = self.materials.find(text, "element, mineral, product or stage",
                                    ("Stage", "Element", "Product"))  # fmt: skip
        products: list[dict[str, Any]] = self.facts["Product"].to_pylist()
        if material.kind == "Product":
            return {material.key}
        if material.kind == "Stage":
            return {row["key"] for row in products if row["stage"] == material.key}
        elements = self.facts["Element"].to_pylist()
        members = {e["key"] for e in elements if material.key in (e["member_of"] or ())}
        members.add(material.key)
        contents: list[dict[str, Any]] = self.facts["CONTAINS"].to_pylist()
        return {r["product"] for r in contents if r["role"] == MAIN and r["element"] in members}


def with_part_of_trade(facts: Facts, wanted: Sequence[str], years: Collection[int]) -> Facts:
    """Keep the trade in some products and years alone, and every fact of another kind.

    Parameters
    ----------
    facts : Facts
        Checked seeds.
    wanted : sequence of str
        Products, elements, minerals, groups or stages; empty for all.
    years : collection of int
        The years in which kept periods end; empty for all.

    Raises
    ------
    UsageError
        A name is unknown, or no trade is left.
    """
    if not wanted and not years:
        return facts
    trade, reference = facts["EXPORTS"], Reference(facts)
    if wanted:
        products = sorted(set().union(*map(reference.products_of, wanted)))
        in_products = pc.is_in(trade["product"].cast(pa.string()), pa.array(products, pa.string()))
        trade = trade.filter(in_products)
    if years:
        texts = trade["period"].cast(pa.string())
        periods = [p for p in texts.unique().to_pylist() if Period(p).year in years]
        trade = trade.filter(pc.is_in(texts, pa.array(periods, pa.string())))
    if not len(trade):
        raise UsageError("no trade in these products and years; see graphkit query trade-freshness")
    return replace(facts, tables={**facts.tables, "EXPORTS": trade})


def read_reference(folder: Path | None = None) -> Reference:
    """Read the reference of a folder of seeds, or the shipped one if it has none."""
    if folder is not None and (folder / "reference").is_dir():
        return Reference(read_seeds(folder / "reference"))
    return Reference(read_seeds(shipped("seeds") / "reference"))


def _called(table: Any, key: str) -> Any:
    return table.rename_columns([("key" if n == key else n) for n in table.column_names])


REPORTED_KEYS = (
    "product", "hs", "hs_revision", "period", "exporter", "importer", "reporter", "dataset",
)  # fmt: skip
"""The columns that identify a flow of one reporter."""
MAX_LISTED_REPORTERS = 3
"""The most reporters that the name of a table lists."""


def distinct(
    rows: pa.Table, keys: Sequence[str], amounts: Sequence[str], files: Sequence[str],
    report: Report,
) -> pa.Table:  # fmt: skip
    """Keep one of equal rows; refuse two figures of one flow.

    Parameters
    ----------
    rows : pyarrow.Table
        Rows with ``file`` (a place in ``files``) and ``line``, which say where each stands.
    keys, amounts : sequence of str
        The columns that identify a flow, and its figures.
    files : sequence of str
        Names of the files.
    report : Report
        Receives the number of rows left out.

    Raises
    ------
    GraphkitError
        Two rows of one flow have different figures; the message names both places.
    """
    flow_of = fingerprints(rows.select(keys))
    if not any_twice(flow_of):
        return rows
    order = np.argsort(flow_of, kind="stable")
    same = flow_of[order][1:] == flow_of[order][:-1]
    first, again = order[:-1][same], order[1:][same]
    whole = fingerprints(rows.select([*keys, *amounts]))
    differing = np.flatnonzero(whole[first] != whole[again])
    if len(differing):
        place = differing[np.argmin(again[differing])]
        earlier, later = rows.take([first[place], again[place]]).to_pylist()
        flow = ", ".join(f"{name}={earlier[name]}" for name in keys)
        earlier_figures, later_figures = (
            ", ".join(f"{n}={row[n]}" for n in amounts) for row in (earlier, later)
        )
        raise GraphkitError(
            f"{files[later['file']]}:{later['line']}: found {later_figures} for {flow}; "
            f"{files[earlier['file']]}:{earlier['line']} has {earlier_figures}"
        )
    mask = np.zeros(len(rows), bool)
    mask[again] = True
    return left_out(rows, pa.array(mask), "the same row again", None, report)


def name_places(
    flows: pa.Table,
    columns: Mapping[str, str],
    places: Mapping[Any, str],
    value: str,
    report: Report,
) -> pa.Table:
    """Add the keys of places to flows, and leave out flows with an unknown place.

    Parameters
    ----------
    flows : pyarrow.Table
        Flows whose places are numbers or texts.
    columns : mapping of str to str
        The column to add for each column of places.
    places : mapping of int or str to str
        The key of each number or text.
    value : str
        The column of values, by which the report weighs unknown places.
    report : Report
        Receives the total, the flows left out, and the unknown places.
    """
    report.total = worth(flows, value)
    has_places = pa.array([True] * len(flows), pa.bool_())
    for column, key_column in columns.items():
        keys = look_up(flows[column], places)
        unknown = flows.filter(pc.is_null(keys))
        for row in unknown.group_by(column).aggregate([(value, "sum")]).to_pylist():
            code = str(row[column])
            value_sum = row[f"{value}_sum"] or 0.0
            report.unmapped[code] = report.unmapped.get(code, 0.0) + value_sum
        flows = flows.append_column(key_column, keys)
        has_places = pc.and_(has_places, pc.is_valid(keys))
    return left_out(flows, pc.invert(has_places), "unknown places", value, report)


def in_years(rows: pa.Table, years: Collection[int], report: Report) -> pa.Table:
    """Keep rows whose period begins with one of the years; all rows if none is given."""
    if not years:
        return rows
    texts = pa.array([str(year) for year in sorted(years)], pa.string())
    matching = pc.is_in(pc.utf8_slice_codeunits(rows["period"], 0, 4), value_set=texts)
    return left_out(rows, pc.invert(matching), "other years", None, report)


def with_one_of(
    flows: pa.Table, countries: Collection[str], value: str, report: Report
) -> pa.Table:
    """Keep flows with one of the countries at either end; all flows if none is given."""
    if not countries:
        return flows
    keys = pa.array(sorted(countries), pa.string())
    either = pc.or_(pc.is_in(flows["exporter"], keys), pc.is_in(flows["importer"], keys))
    other_flows = flows.filter(pc.invert(either))
    report.add("left out", "other countries", len(other_flows), worth(other_flows, value))
    return flows.filter(either)


def left_out(
    flows: pa.Table, excluded: pa.Array, why: str, value: str | None, report: Report
) -> pa.Table:
    """Drop the excluded flows, and count them in the report.

    Pass no column of values for rows that count the same goods several times: their sum would
    mean nothing.
    """
    dropped = flows.filter(excluded)
    if len(dropped):
        report.add("left out", why, len(dropped), worth(dropped, value) if value else None)
    return flows.filter(pc.invert(excluded))


def worth(flows: pa.Table, value: str) -> float:
    """Sum the known values."""
    return float(pc.sum(flows[value]).as_py() or 0.0)


def products_by_code(
    reference: Reference, revisions: Collection[str], wanted: ImportFilter
) -> dict[str, dict[str, str]]:
    """Map the six-digit codes asked for to products, for each revision.

    Raises
    ------
    UsageError
        A name has no code in any of the revisions, nor in the newest.
    """
    codes = {revision: _codes(reference, revision, wanted) for revision in sorted(revisions)}
    if wanted.products and revisions and not any(codes.values()):
        _codes(reference, REVISIONS[-1], wanted, strict=True)
    return codes


def _codes(
    reference: Reference, revision: str, wanted: ImportFilter, *, strict: bool = False
) -> dict[str, str]:
    """Select the codes asked for; names without one in this revision matter only if ``strict``."""
    codes = reference.product_of_code(revision, proxies=wanted.proxies)
    if not wanted.products:
        return codes
    selected: dict[str, str] = {}
    for text in wanted.products:
        try:
            selected |= reference.products([text], codes)
        except UsageError:
            if strict:
                raise
    return selected


# --- as one side reported them


def reported_flows(flows: pa.Table, wanted: ImportFilter, value: str, report: Report) -> pa.Table:
    """Keep trade between two countries, and add up the numbers of one place.

    Parameters
    ----------
    flows : pyarrow.Table
        The columns of ``REPORTED_KEYS``, ``usd``, ``valuation`` (a place in ``VALUATIONS``),
        ``tonnes`` and ``tonnes_estimated``.
    wanted : ImportFilter
        Countries to keep, at either end.
    value : str
        The amount that the report gives.
    report : Report
        Receives the flows left out.

    Returns
    -------
    pyarrow.Table
        The columns of a seed, sorted by ``REPORTED_KEYS``; a sum with an unknown part is unknown.
    """
    same_place = pc.equal(flows["exporter"], flows["importer"])
    flows = left_out(flows, same_place, "of a country with itself: returned goods", value, report)
    nothing = pc.and_(pc.is_null(flows["usd"]), pc.is_null(flows["tonnes"]))
    flows = left_out(flows, nothing, "without a value and a weight", value, report)
    flows = with_one_of(flows, wanted.countries, value, report)
    whole = pc.ScalarAggregateOptions(skip_nulls=False)
    known = pc.ScalarAggregateOptions(skip_nulls=True)
    sums = flows.group_by(list(REPORTED_KEYS), use_threads=False).aggregate([
        ("usd", "sum", whole), ("tonnes", "sum", whole), ("valuation", "min", whole),
        ("valuation", "max", whole), ("tonnes_estimated", "any", known),
    ])  # fmt: skip
    lowest, highest = sums["valuation_min"], sums["valuation_max"]
    valuation = pc.if_else(pc.equal(lowest, highest), lowest, None)
    rows = pa.table({
        **{name: sums[name] for name in REPORTED_KEYS},
        "usd": sums["usd_sum"],
        "valuation": pc.take(pa.array(VALUATIONS), valuation),
        "tonnes": sums["tonnes_sum"],
        "tonnes_estimated": sums["tonnes_estimated_any"],
    })  # fmt: skip
    return rows.sort_by([(name, "ascending") for name in REPORTED_KEYS]).combine_chunks()


def reporters_of(flows: pa.Table) -> list[str]:
    """List the countries that reported flows."""
    exports = pc.equal(flows["reporter"], "exporter")
    reporters = pc.if_else(exports, flows["exporter"], flows["importer"])
    return sorted(reporters.unique().to_pylist())


def table_name(start: str, reporters: Sequence[str], flows: pa.Table) -> str:
    """Name a table by its publisher, some of its parts, and its periods."""
    parts = reporters if len(reporters) <= MAX_LISTED_REPORTERS else [f"{len(reporters)}-reporters"]
    periods = sorted(set(flows["period"].to_pylist()))
    span = periods[0] if len(periods) == 1 else f"{periods[0]}-{periods[-1]}"
    return "-".join([start, *parts, span]).lower()


def check_replaced(folder: Path, name: str, flows: pa.Table) -> None:
    """Refuse to overwrite a table that has flows missing from these files.

    Raises
    ------
    GraphkitError
        The folder's table of this name has flows that these files lack.
    """
    path = folder / "trade" / f"{name}.parquet"
    if not path.exists():
        return
    keys = list(REPORTED_KEYS)
    old = parquet.read_table(path, columns=keys)
    missing = len(old.join(flows.select(keys), keys=keys, join_type="left anti"))
    if missing:
        raise GraphkitError(
            f"{path} holds {missing:,} flows that these files do not have; give this import "
            "another --name, or remove that table"
        )
