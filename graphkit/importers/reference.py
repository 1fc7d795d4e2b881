"""Places, materials and codes of the reference seeds, which importers resolve names with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.errors import UsageError
from graphkit.importers.writing import Report
from graphkit.names import Names
from graphkit.paths import shipped
from graphkit.period import Period
from graphkit.schema import MAIN, REVISIONS
from graphkit.seeds import Facts, read_seeds

FITS = ("exact", "dominant", "proxy")
HS_CODE = 6


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
        """Find the country or area of a name, ISO or M49 code, or key; None if it is unknown.

        Raises
        ------
        UsageError
            The name is ambiguous.
        """
        for named in self.places.all(text, ("Country", "Area")):
            return named.key
        return self._by_code.get(text.strip().upper())

    @cached_property
    def _by_code(self) -> dict[str, str]:
        """Countries by their two-letter and three-digit codes, which are not among their names."""
        rows = self.facts["Country"].to_pylist()
        return {row[code]: row["iso3"] for code in ("m49", "iso2") for row in rows if row[code]}

    def by_number(self, own: str) -> dict[int, str]:
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
        return aliases | {int(row[own]): row["iso3"] for row in rows if row.get(own)}

    def by_comtrade_code(self) -> dict[int, str]:
        """Map the numbers of UN Comtrade to countries and areas.

        They are M49's, except for some that BACI shares (842 for the United States) and for
        remainders: 492 is Monaco in M49, but "Europe EU, nes" (X492) here.
        """
        keys = self.facts["Area"]["iso3"].to_pylist()
        own = {int(k[1:]): k for k in keys if k.startswith("X") and k[1:].isdigit()}
        return self.by_number("m49") | self.by_number("baci_code") | own

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
        found = {}
        for code, ranks in sorted(claims.items()):
            best = min(ranks)
            alone = len({product for _, _, product in ranks}) == 1
            if best[0] < FITS.index("proxy") or (proxies and alone):
                found[code] = best[2]
        return found

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
            said = f"which fits {product}: {fit}" if fit else f"not known for {product}"
            report.add("matched", f"{code} by {code[:HS_CODE]}, {said}", count)

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
        kept: dict[str, str] = {}
        for text in wanted:
            code = text.strip().replace(".", "")
            if code.isdigit():
                found = {k: p for k, p in codes.items() if k.startswith(code)}
            else:
                products = self.products_of(text.strip())
                found = {k: p for k, p in codes.items() if p in products}
            if not found:
                present = ", ".join(sorted(set(codes.values())))
                raise UsageError(
                    f"--products: no HS code is mainly for {text!r}; codes exist for {present}"
                )
            kept |= found
        return dict(sorted(kept.items()))

    def products_of(self, text: str) -> set[str]:
        """Return the products bought for an element, those of a stage, or one product."""
        named = self.materials.find(text, "element, mineral, product or stage",
                                    ("Stage", "Element", "Product"))  # fmt: skip
        products: list[dict[str, Any]] = self.facts["Product"].to_pylist()
        if named.kind == "Product":
            return {named.key}
        if named.kind == "Stage":
            return {row["key"] for row in products if row["stage"] == named.key}
        elements = self.facts["Element"].to_pylist()
        inside = {named.key, *(e["key"] for e in elements if named.key in (e["member_of"] or ()))}
        held: list[dict[str, Any]] = self.facts["CONTAINS"].to_pylist()
        return {r["product"] for r in held if r["role"] == MAIN and r["element"] in inside}


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
    trade, reference = facts["EXPORTS"], Reference(facts)
    if wanted:
        products = sorted(set().union(*map(reference.products_of, wanted)))
        named = pc.is_in(trade["product"].cast(pa.string()), pa.array(products, pa.string()))
        trade = trade.filter(named)
    if years:
        texts = trade["period"].cast(pa.string())
        periods = [p for p in texts.unique().to_pylist() if Period(p).year in years]
        trade = trade.filter(pc.is_in(texts, pa.array(periods, pa.string())))
    if not len(trade):
        raise UsageError("no trade in these products and years; see graphkit query trade-freshness")
    return Facts(facts.schema, {**facts.tables, "EXPORTS": trade})


def read_reference(folder: Path | None = None) -> Reference:
    """Read the reference of a folder of seeds, or the shipped one if it has none."""
    own = None if folder is None else folder / "reference"
    return Reference(read_seeds(own if own and own.is_dir() else shipped("seeds") / "reference"))


def _called(table: Any, key: str) -> Any:
    return table.rename_columns([("key" if n == key else n) for n in table.column_names])
