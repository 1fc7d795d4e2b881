"""Who depends on whom: one question is one query, one table, one measure, one answer."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.answer import Answer
from graphkit.errors import GraphkitError, UsageError
from graphkit.names import Named, Names, read_places
from graphkit.queries import rows_of
from graphkit.questions.claims import Asked, claims_about, comparisons
from graphkit.questions.scope import Materials, Scope
from graphkit.questions.trade import Trade, check_period, coverage_of, imports_of, trade_of
from graphkit.stores import Store

ROW = (
    "consumer", "supplier", "product", "stage", "period", "share_usd", "share_tonnes", "usd",
    "tonnes", "hhi_usd", "hhi_tonnes", "suppliers", "rank", "missing_tonnes_share", "basis",
    "hs", "hs_revision", "reporter", "dataset", "source",
)  # fmt: skip
SERIES = [(n, "ascending") for n in ("product", "dataset", "reporter", "source", "supplier")]
UNITS = {
    "share_usd": "0 to 1, of the consumer's imports of the product by value",
    "share_tonnes": "0 to 1, of the imports that give a mass",
    "usd": "US dollars, free on board",
    "tonnes": "metric tons, of what the basis says",
    "hhi_usd": "Herfindahl-Hirschman index of the suppliers by value, 0 to 10,000",
    "hhi_tonnes": "the same by mass",
    "suppliers": "how many countries sold it to the consumer",
    "rank": "place of the supplier among them by value, 1 is the largest",
    "missing_tonnes_share": "0 to 1, of the import value, what gives no mass",
    "points_usd": "percentage points that share_usd is above the claimed share",
    "points_tonnes": "percentage points that share_tonnes is above the claimed share",
}
FACE_VALUE = (
    "Face value: a supplier is the last seller, not where the material was mined or refined."
)


class Questions:
    """The questions of the command line and the Python API, asked of one database."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.materials = Materials(store)

    # --- the questions

    def depends(
        self,
        consumer: str,
        *,
        on: str | None = None,
        scope: str | None = None,
        period: str | None = None,
    ) -> Answer:
        """On whom a country depends, for what, and how much.

        Parameters
        ----------
        consumer : str
            Country or group (``EU27``: what its members import from outside).
        on : str, optional
            Only this supplier; otherwise the largest one of each product.
        scope : str, optional
            Product, HS code, element, mineral, stage or group; otherwise everything.
        period : str, optional
            Otherwise the newest one with data, product by product.

        Returns
        -------
        Answer
            One row a product and data set, largest share by value first. Where there are only
            published claims in the scope, no rows, and a note that says what there is.

        Raises
        ------
        UsageError
            A name or period that is none; the message has the nearest ones.
        GraphkitError
            Nothing is known in this scope; the message says what there is.
        """
        check_period(period)
        buyer = self.place(consumer)
        seller = None if on is None else self.place(on)
        asked = Asked(buyer, seller, self.materials.scope(scope), period)
        trade = imports_of(self._store, buyer, asked.scope, period, self.materials)
        if seller is None:
            rows = trade.shares.filter(pc.equal(trade.shares["rank"], 1))
        else:
            rows = _from_supplier(trade.shares, seller)
        rows = rows.sort_by([("share_usd", "descending"), *SERIES])
        whom = seller.name if seller else "its largest suppliers"
        question = f"How much does {buyer.name} depend on {whom} for {asked.scope.meaning}?"
        return self._answer(question, asked, rows, trade, context=scope is not None)

    def suppliers(
        self, consumer: str, *, scope: str | None = None, period: str | None = None
    ) -> Answer:
        """Every supplier of a country, product by product, largest first.

        Parameters, result and errors are those of :meth:`depends`.
        """
        check_period(period)
        buyer = self.place(consumer)
        asked = Asked(buyer, None, self.materials.scope(scope), period)
        trade = imports_of(self._store, buyer, asked.scope, period, self.materials)
        rows = trade.shares.sort_by([
            *((n, "ascending") for n in ("stage_order", "product", "dataset", "reporter")),
            ("source", "ascending"), ("rank", "ascending"),
        ])  # fmt: skip
        question = f"Who supplies {buyer.name} with {asked.scope.meaning}?"
        return self._answer(question, asked, rows, trade)

    def dependents(
        self,
        supplier: str,
        *,
        scope: str | None = None,
        period: str | None = None,
        min_share: float = 0.5,
    ) -> Answer:
        """Which countries get at least ``min_share`` of a product from a supplier, by value.

        Largest import value first. Where no flow of a product gives a value, mass counts.
        Other parameters, result and errors are those of :meth:`depends`.
        """
        check_period(period)
        if not 0 < min_share <= 1:
            raise UsageError(f"--min-share: found {min_share:g}, wanted more than 0, at most 1")
        seller = self.place(supplier)
        asked = Asked(None, seller, self.materials.scope(scope), period)
        trade = trade_of(self._store, asked.scope, period, self.materials)
        rows = _from_supplier(trade.shares, seller)
        share = pc.coalesce(rows["share_usd"], rows["share_tonnes"])
        rows = rows.filter(pc.greater_equal(share, min_share))
        rows = rows.sort_by([("usd", "descending"), ("consumer", "ascending"), *SERIES])
        what = "a product" if scope is None else asked.scope.meaning
        question = f"Who gets at least {100 * min_share:g} % of {what} from {seller.name}?"
        return self._answer(question, asked, rows, trade)

    # --- what they have in common

    def place(self, text: str) -> Named:
        """The country or area of a name."""
        return self._places.find(text, "country", ("Country", "Area"))

    @cached_property
    def _places(self) -> Names:
        return read_places(self._store)

    def _answer(
        self, question: str, asked: Asked, rows: pa.Table, trade: Trade, *, context: bool = False
    ) -> Answer:
        claims = claims_about(rows_of(self._store, "claims"), asked, context=context)
        if trade.lacking and not _answered(claims, asked):
            raise GraphkitError(trade.lacking[0].lower() + trade.lacking[1:].rstrip("."))
        return Answer(
            question,
            _scope_of(asked, trade),
            rows.select(list(ROW)),
            UNITS,
            coverage_of(trade, asked.scope),
            claims,
            comparisons(claims, trade, self.materials),
            self._sources(trade.flows, claims),
            tuple(self._notes(asked, rows, trade)),
        )

    def _sources(self, *tables: pa.Table) -> pa.Table:
        used = sorted({key for table in tables for key in table["source"].to_pylist()})
        sources = rows_of(self._store, "sources")
        return sources.filter(pc.is_in(sources["key"], value_set=pa.array(used, pa.string())))

    def _notes(self, asked: Asked, rows: pa.Table, trade: Trade) -> Sequence[str]:
        notes = [*asked.scope.notes, *trade.notes]
        if trade.lacking:
            return [f"{trade.lacking} Only published claims speak of it.", *notes]
        notes.append(FACE_VALUE)
        if not len(rows):
            whom = asked.seller.name if asked.seller else "any supplier"
            notes.append(f"No flow from {whom} in this scope meets what was asked.")
        ends = sorted({*rows["consumer"].to_pylist(), *rows["supplier"].to_pylist()})
        for place in map(self._places.with_key, ends):
            if place.kind == "Area" and place != asked.buyer:
                notes.append(f"{place.key} is {place.name}: trade data name no country there.")
        for key in dict.fromkeys(rows["product"].to_pylist()):
            said = [self.materials.products[key]["note"]]
            if key in asked.scope.mixed:
                some, every = asked.scope.mixed[key]
                of = f"{some} of its {every} elements {'is' if some == 1 else 'are'} in scope"
                said.insert(0, f"{of}; its figures count the whole basket, a proxy.")
            if any(said):
                notes.append(f"{key}: {' '.join(filter(None, said))}")
        return notes


def _from_supplier(shares: pa.Table, seller: Named) -> pa.Table:
    rows = shares.filter(pc.equal(shares["supplier"], seller.key))
    if len(shares) and not len(rows) and seller.type in ("world", "group", "rest"):
        raise UsageError(f"{seller} is no supplier in trade data; name one country")
    return rows


def _answered(claims: pa.Table, asked: Asked) -> bool:
    """Whether claims are about the consumer and dated where a period was asked for."""
    return any(
        (asked.buyer is None or consumer == asked.buyer.key) and (not asked.period or period)
        for consumer, period in zip(
            claims["consumer"].to_pylist(), claims["period"].to_pylist(), strict=True
        )
    )


def _scope_of(asked: Asked, trade: Trade) -> dict[str, Any]:
    scope: Scope = asked.scope
    return {
        "consumer": asked.buyer.key if asked.buyer else None,
        "supplier": asked.seller.key if asked.seller else None,
        "for": scope.text,
        "meaning": scope.meaning,
        "hs": scope.code,
        "products": sorted(set(trade.flows["product"].to_pylist())),
        "period": asked.period or "newest with data",
        "measure": "imports by value (USD, free on board) and by mass (tonnes)",
    }
