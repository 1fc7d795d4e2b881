"""Reference of places, materials and codes that importers resolve foreign names with."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.catalog import Names
from graphkit.errors import UsageError
from graphkit.importers.writing import Report
from graphkit.paths import shipped
from graphkit.schema import REVISIONS
from graphkit.seeds import Facts, read_seeds

FITS = ("exact", "dominant", "proxy")
HS_CODE = 6


@dataclass(frozen=True)
class Wanted:
    """What an import is to keep; empty means everything."""

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
            }
        )

    @cached_property
    def materials(self) -> Names:
        """Stages, elements and products by all their names."""
        return Names(
            {
                kind: partial(self.facts.__getitem__, kind)
                for kind in ("Stage", "Element", "Product")
            }
        )

    def place_of(self, text: str) -> str | None:
        """Country or area of a name, an ISO or M49 code, or a key; None where nobody knows it.

        Raises
        ------
        UsageError
            Several are called that.
        """
        for named in self.places.all(text, ("Country", "Area")):
            return named.key
        return self._by_code.get(text.strip().upper())

    @cached_property
    def _by_code(self) -> dict[str, str]:
        """Countries by the codes that they are not named by: two letters, three digits."""
        rows = self.facts["Country"].to_pylist()
        return {row[code]: row["iso3"] for code in ("m49", "iso2") for row in rows if row[code]}

    def by_number(self, own: str) -> dict[int, str]:
        """Country or area of each number: its own (``baci_code``, ``m49``) or one among its names.

        Numbers of former states stand among the names of what statistics count them as.
        """
        rows = [*self.facts["Country"].to_pylist(), *self.facts["Area"].to_pylist()]
        aliases = {
            int(alias): row["iso3"]
            for row in rows
            for alias in row["aliases"] or ()
            if alias.isdigit()
        }
        return aliases | {int(row[own]): row["iso3"] for row in rows if row.get(own)}

    def by_comtrade_code(self) -> dict[int, str]:
        """Country or area of each number of UN Comtrade.

        They are M49's but for some that BACI has taken over (842 for the United States), and for
        remainders: 492 is Monaco to M49, and "Europe EU, nes" (X492) here.
        """
        keys = self.facts["Area"]["iso3"].to_pylist()
        own = {int(k[1:]): k for k in keys if k.startswith("X") and k[1:].isdigit()}
        return self.by_number("m49") | self.by_number("baci_code") | own

    def comtrade_code(self, key: str) -> int:
        """The present number of a country or area in UN Comtrade.

        Raises
        ------
        UsageError
            It has none.
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
        """The six-digit HS codes of what is asked for, in any revision.

        Raises
        ------
        UsageError
            One of them is nothing, or has no code; with what there is.
        """
        found: set[str] = set()
        for text in wanted:
            code = text.strip().replace(".", "")
            if code.isdigit() and len(code) == HS_CODE:
                found.add(code)
                continue
            every: dict[str, str] = {}
            for revision in REVISIONS:
                every |= self.product_of_code(revision, proxies=True)
            found |= set(self.products([text], every))
        return sorted(code for code in found if len(code) == HS_CODE)

    def areas_of_type(self, *types: str) -> set[str]:
        """Keys of the areas of some types."""
        return {r["iso3"] for r in self.facts["Area"].to_pylist() if r["type"] in types}

    def product_of_code(self, revision: str, *, proxies: bool = False) -> dict[str, str]:
        """The one product that mainly travels under each HS code of a revision.

        Where several do, the one it fits best. Codes that a product only travels under among
        others are left out; with ``proxies`` they count where one product alone claims them.
        """
        claims: dict[str, list[tuple[int, int, str]]] = {}
        for row in self.facts["TRADED_AS"].to_pylist():
            age = REVISIONS.index(revision) - REVISIONS.index(row["revision"])
            if age >= 0:
                rank = (FITS.index(row["fit"]), age, row["product"])
                claims.setdefault(row["code"], []).append(rank)
        found = {}
        for code, ranks in sorted(claims.items()):
            best = min(ranks)
            alone = len({product for _, _, product in ranks}) == 1
            if best[0] < FITS.index("proxy") or (proxies and alone):
                found[code] = best[2]
        return found

    @cached_property
    def code_rows(self) -> dict[str, dict[str, Any]]:
        """The row of each HS code."""
        return {row["code"]: row for row in self.facts["Code"].to_pylist()}

    def fit_of(self, code: str, product: str) -> str | None:
        """Return how well an HS code fits a product, the best of all revisions."""
        fits = [row["fit"] for row in self.facts["TRADED_AS"].to_pylist()
                if row["code"] == code and row["product"] == product]  # fmt: skip
        return min(fits, key=FITS.index, default=None)

    def products(self, wanted: Iterable[str], codes: Mapping[str, str]) -> dict[str, str]:
        """Of some codes with their products, those that were asked for.

        Parameters
        ----------
        wanted : iterable of str
            HS codes or beginnings of them, products, elements, minerals, groups or stages.
        codes : mapping of str to str
            The product of each code.

        Raises
        ------
        UsageError
            One of them is nothing, or has no code; with what there is.
        """
        kept: dict[str, str] = {}
        for text in wanted:
            code = text.strip().replace(".", "")
            if code.isdigit():
                found = {k: p for k, p in codes.items() if k.startswith(code)}
            else:
                held = self._holding(text.strip())
                found = {k: p for k, p in codes.items() if p in held}
            if not found:
                there = ", ".join(sorted(set(codes.values())))
                raise UsageError(
                    f"--products: no HS code is mainly of {text!r}; there are codes for {there}"
                )
            kept |= found
        return dict(sorted(kept.items()))

    def _holding(self, text: str) -> set[str]:
        """The products of a name."""
        named = self.materials.find(text, "element, mineral, product or stage",
                                    ("Stage", "Element", "Product"))  # fmt: skip
        products: list[dict[str, Any]] = self.facts["Product"].to_pylist()
        if named.kind == "Product":
            return {named.key}
        if named.kind == "Stage":
            return {row["key"] for row in products if row["stage"] == named.key}
        elements = self.facts["Element"].to_pylist()
        inside = {named.key, *(e["key"] for e in elements if named.key in (e["member_of"] or ()))}
        return {row["key"] for row in products if inside & set(row["contains"] or ())}


def read_reference(folder: Path | None = None) -> Reference:
    """The reference of a folder of seeds if it has one, or else of those that ship."""
    own = None if folder is None else folder / "reference"
    return Reference(read_seeds(own if own and own.is_dir() else shipped("seeds") / "reference"))


def _called(table: Any, key: str) -> Any:
    return table.rename_columns([("key" if n == key else n) for n in table.column_names])


def name_places(
    flows: pa.Table, ends: Mapping[str, str], places: Mapping[int, str], value: str, report: Report
) -> pa.Table:
    """Add the keys of places to flows; those with a place that is not known are left out.

    Parameters
    ----------
    flows : pyarrow.Table
        Flows whose places are numbers.
    ends : mapping of str to str
        The column to add for each column of numbers.
    places : mapping of int to str
        The key of each number.
    value : str
        The column of values, by which the report weighs what is not known.
    report : Report
        Told the total, what is left out, and the numbers that nobody knows.
    """
    numbers = pa.array(sorted(places), pa.int32())
    keys = pa.array([places[number] for number in sorted(places)], pa.string())
    report.total = worth(flows, value)
    known = pa.array([True] * len(flows), pa.bool_())
    for column, end in ends.items():
        index = pc.index_in(flows[column], value_set=numbers)
        lost = flows.filter(pc.is_null(index))
        for row in lost.group_by(column).aggregate([(value, "sum")]).to_pylist():
            code = str(row[column])
            more = row[f"{value}_sum"] or 0.0
            report.unmapped[code] = report.unmapped.get(code, 0.0) + more
        flows = flows.append_column(end, pc.take(keys, index))
        known = pc.and_(known, pc.is_valid(index))
    return left_out(flows, pc.invert(known), "of places that are not known", value, report)


def with_one_of(
    flows: pa.Table, countries: Collection[str], value: str, report: Report
) -> pa.Table:
    """Only flows with one of some countries at either end; with none given, all."""
    if not countries:
        return flows
    kept = pa.array(sorted(countries), pa.string())
    either = pc.or_(pc.is_in(flows["exporter"], kept), pc.is_in(flows["importer"], kept))
    others = flows.filter(pc.invert(either))
    report.add("left out", "other countries", len(others), worth(others, value))
    return flows.filter(either)


def left_out(
    flows: pa.Table, which: pa.Array, why: str, value: str | None, report: Report
) -> pa.Table:
    """The flows without some of them; the report says how many those are, if any.

    Without a column of values it does not say what they are worth: of rows that count the same
    goods several times, the sum is nothing.
    """
    out = flows.filter(which)
    if len(out):
        report.add("left out", why, len(out), worth(out, value) if value else None)
    return flows.filter(pc.invert(which))


def worth(flows: pa.Table, value: str) -> float:
    """The sum of the values that are known."""
    return float(pc.sum(flows[value]).as_py() or 0.0)
