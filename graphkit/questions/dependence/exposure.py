"""Exposure of a company: what it bought, and which countries stand behind its sellers.

The purchases are read from a file and are no facts of the graph: no other question sees them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import fsum
from pathlib import Path
from pkgutil import resolve_name
from typing import Annotated, Any

import pyarrow as pa

from graphkit.analysis.supply.spending import spending_shares
from graphkit.analysis.supply.tracing import ANY_OTHER
from graphkit.answers.answer import Answer
from graphkit.answers.columns import Column, Marked, columns_in
from graphkit.answers.coverage import Coverage, Entry
from graphkit.answers.note import Note
from graphkit.answers.terms import Chain, Products, Term, Time, terms
from graphkit.arrow import SHARE
from graphkit.catalog.catalog import Catalog
from graphkit.errors import GraphkitError, UsageError
from graphkit.headlines.headline import headline
from graphkit.headlines.wording import part, weight
from graphkit.importers.reference import FITS
from graphkit.importers.table.parts import Part, PartsList, read_parts
from graphkit.importers.table.purchases import Purchase, PurchaseList, read_purchases
from graphkit.questions.question import with_names
from graphkit.questions.shared.supply import RANGE, Supply, supply_of
from graphkit.questions.shared.supply_answer import ALIKE, coverage_in
from graphkit.questions.shared.unsettled import with_unsettled

MEASURES = {"value": "usd", "weight": "tonnes"}
"""Measure of the world's trade beside that of the purchases."""
MAY_HAVE = 0.01
"""Share of the purchases that a country with a row may have."""
LARGEST = 3
"""Number of countries of which a stop at once is told."""
ON_SCREEN = 3
"""Number of rows without a place that are named beside the shares; notes name the others."""
HS_CODE = 6
SENTENCE = "graphkit.questions.dependence.exposure_text:exposure"


class Exposed(Marked):
    """The part of a company's purchases that was in one country."""

    origin: Annotated[str, Column(header="Country", doc="country, or several that count as one")]
    bought: Annotated[
        float,
        Column(header="Bought from", doc="0 to 1, share of the purchases bought from sellers there",
               unit=SHARE),
    ]  # fmt: skip
    share: Annotated[
        float | None,
        Column(
            header="Passed through",
            rank=0,
            unit=SHARE,
            doc="0 to 1, share of the purchases that was mined, made or sold there at any stage, "
            "as traced; what a stop of the country would reach",
        ),
    ]
    low: Annotated[float | None, RANGE[0]]
    high: Annotated[float | None, RANGE[1]]


COLUMNS = columns_in(Exposed)


@dataclass(frozen=True)
class Unplaced(Entry):
    """A row of the purchases that could not be placed."""

    line: int
    reason: str
    amount: float | None


@dataclass(frozen=True)
class Bought(Term):
    """The purchases that an answer rests on, and what could not be placed of them."""

    purchases: str
    """The file."""
    amount_of: str
    """``value`` or ``weight``: what the shares are of."""
    columns: Mapping[str, str]
    rows: int
    placed_share: float
    """Share of the amounts of all rows that the shares are of."""
    by_product: Mapping[str, float]
    """Share of each product in what was placed."""
    one_source: tuple[str, ...]
    """Products that are bought from one country alone."""
    unplaced: tuple[Unplaced, ...]


@dataclass(frozen=True)
class MaterialNeed(Entry):
    """Tonnes of a material that the parts of a maker take in a year."""

    material: str
    low: float
    high: float | None
    """Unknown where a row of it has no amount."""
    bought_share: float
    """Share of the placed purchases that are goods bought for it."""
    unknown_rows: tuple[int, ...]


@dataclass(frozen=True)
class Needed(Term):
    """Need of a maker in a year by its bill of materials, beside what it buys."""

    parts: str
    needs: tuple[MaterialNeed, ...]
    unknown_materials: tuple[int, ...]
    """Rows whose material is none of the graph."""


def exposure(
    catalog: Catalog,
    purchases: str | Path,
    *,
    scope: str | None = None,
    period: str | None = None,
    by: str | None = None,
    decimal: str | None = None,
    returns: bool = False,
    parts: str | Path | None = None,
) -> Answer:
    """Tell which countries the purchases of a company come from, and from behind.

    Parameters
    ----------
    catalog : Catalog
        The facts.
    purchases : str or Path
        A CSV, Excel or Parquet file: a row for each purchase, with the country of the seller, an HS
        code or a product, and a value or weight.
    scope : str, optional
        Only these goods; where the file names none, the goods of all rows.
    period : str, optional
        The period of the world's trade. Default: the newest of each product.
    by : {"value", "weight"}, optional
        Default: the value, or the weight where the file has no value.
    decimal : {".", ","}, optional
        The decimal mark, where the numbers do not show it.
    returns : bool
        Goods whose way is unseen may return to a country that they have left.
    parts : str or Path, optional
        A bill of materials: a material, kg a unit and units a year in each row, of which the need
        is told beside the purchases.

    Returns
    -------
    Answer
        A row for each country, and one for the three largest together. Shares are of the purchases
        that could be placed; the others have their line and the reason in the scope.

    Raises
    ------
    GraphkitError
        The file is no list of purchases, or none of its rows could be placed.
    SeedError
        A number cannot be read; every one has its line.
    UsageError
        Amounts in several units, or an unknown name.
    """
    listed = read_purchases(Path(purchases), measure=by, decimal=decimal)
    amounts, unplaced = _placed(catalog, listed, scope)
    supplies: dict[str, Supply] = {}
    for product in [*amounts]:
        goods = catalog.materials.scope(f"product:{product}")
        try:
            supplies[product] = supply_of(
                catalog, goods, period, measure=MEASURES[listed.measure], partial_trade=True,
                returns=returns,
            )  # fmt: skip
        except GraphkitError as error:
            unplaced += [Unplaced(row.line, str(error), row.amount) for row in amounts[product][1]]
            del amounts[product]
    bought = {product: sellers for product, (sellers, _) in amounts.items()}
    total = fsum(amount for sellers in bought.values() for amount in sellers.values())
    if total <= 0:
        reasons = "; ".join(dict.fromkeys(f"row {row.line}: {row.reason}" for row in unplaced[:3]))
        raise GraphkitError(f"{listed.file}: none of its rows could be placed: {reasons}")
    rows = _rows(supplies, bought, total)
    by_product = {product: fsum(sellers.values()) / total for product, sellers in bought.items()}
    whole = fsum(abs(row.amount or 0.0) for row in listed.rows)
    unplaced.sort(key=lambda row: row.line)
    term = Bought(
        listed.file, listed.measure, listed.columns, len(listed.rows), total / whole, by_product,
        tuple(product for product, sellers in bought.items() if len(sellers) == 1), tuple(unplaced),
    )  # fmt: skip
    need = None
    if parts is not None:
        need = _needed(catalog, read_parts(Path(parts), decimal=decimal), by_product)
    periods = dict.fromkeys(supply.period for supply in supplies.values())
    first = next(iter(supplies.values()))
    products = list(dict.fromkeys(p for s in supplies.values() for p in s.network.products))
    answer = Answer(
        f"Which countries do the purchases of {listed.file} come from, and from behind?",
        terms(term, *([] if need is None else [need]), Products(tuple(bought)),
              Chain(tuple(products)), Time(", ".join(periods)), first.ranges_assume),
        rows, COLUMNS,
        Coverage(by_question={
            product: coverage_in(catalog, catalog.materials.scope(f"product:{product}"), supply)
            for product, supply in supplies.items()
        }),
        _sources(catalog, supplies, [term.purchases, *([] if need is None else [need.parts])]),
        notes=(*_notes(catalog, term, bought), *_notes_on_trade(catalog, supplies)),
        caption=_caption(catalog, term, bought) + ("" if need is None else _of_need(catalog, need)),
    )  # fmt: skip
    answer = with_names(catalog, with_unsettled(catalog, answer))
    return replace(answer, sentence=headline(answer, resolve_name(SENTENCE)))


def _sources(catalog: Catalog, supplies: Mapping[str, Supply], files: Sequence[str]) -> pa.Table:
    """List the sources: the reader's own files, marked as own, and those of the trade behind."""
    published = catalog.sources(*(t for s in supplies.values() for t in (s.flows, s.production)))
    own = [
        {"key": name, "title": name, "publisher": "the reader's own file",
         "licence": "not published", "own": True}
        for name in files
    ]  # fmt: skip
    return pa.concat_tables([pa.Table.from_pylist(own, published.schema), published])


def _placed(
    catalog: Catalog, listed: PurchaseList, scope: str | None
) -> tuple[dict[str, tuple[dict[str, float], list[Purchase]]], list[Unplaced]]:
    """Add up the amounts by product and seller, and list the rows that have none of the two."""
    wanted = None if scope is None else catalog.materials.scope(scope)
    placed: dict[str, tuple[dict[str, float], list[Purchase]]] = {}
    unplaced = []
    for row in listed.rows:
        try:
            seller = _seller(catalog, row)
            if row.goods is None and wanted is not None and len(wanted.products) == 1:
                [product] = wanted.products
            else:
                product = _product(catalog, row)
            if row.amount is None:
                raise UsageError(f"found no {listed.measure}")
        except UsageError as error:
            unplaced.append(Unplaced(row.line, str(error), row.amount))
            continue
        if wanted is not None and product not in wanted.products:
            unplaced.append(Unplaced(row.line, f"not asked for: {product}", row.amount))
            continue
        sellers, rows = placed.setdefault(product, ({}, []))
        sellers[seller] = sellers.get(seller, 0.0) + row.amount
        rows.append(row)
    for product, (sellers, _) in placed.items():
        for seller, amount in [*sellers.items()]:
            if amount < 0:
                raise UsageError(
                    f"{listed.file}: found {amount:,.2f} for {product} from {seller}, all rows "
                    "added up; wanted what was bought, more than what was given back"
                )
            if not amount:
                del sellers[seller]
    return {product: pair for product, pair in placed.items() if pair[0]}, unplaced


def _seller(catalog: Catalog, row: Purchase) -> str:
    """Find the country of a seller."""
    if row.seller is None:
        raise UsageError("found no country of the seller")
    place = catalog.place(row.seller)
    if place.is_group:
        raise UsageError(f"found {row.seller!r}, a group of countries, wanted the seller's country")
    return place.key


def _product(catalog: Catalog, row: Purchase) -> str:
    """Find the product of a row: what its HS code holds for the most part, or what its name is."""
    if row.goods is None:
        raise UsageError("found no goods")
    digits = row.goods.replace(".", "").replace(" ", "")
    if digits.isdigit() and len(digits) >= HS_CODE:
        links = catalog.links("TRADED_AS", "product", "code", "fit").to_pylist()
        fitting = [link for link in links if link["code"] == digits[:HS_CODE]]
        best = min((FITS.index(link["fit"]) for link in fitting), default=None)
        products: set[str] = {
            link["product"] for link in fitting if FITS.index(link["fit"]) == best
        }
        if not products:
            raise UsageError(f"no product travels under the HS code {digits[:HS_CODE]}")
    else:
        products = {*catalog.materials.scope(row.goods).products}
    if len(products) != 1:
        names = ", ".join(sorted(products)[:4])
        raise UsageError(f"found {row.goods!r}, which may be {names}; wanted one product")
    [product] = products
    return product


def _rows(
    supplies: Mapping[str, Supply], bought: Mapping[str, Mapping[str, float]], total: float
) -> pa.Table:
    """Add up the shares of all products, of countries and of the three largest together."""
    by_country = _of_all(supplies, bought, total, None)
    other = by_country.pop(ANY_OTHER)
    order = sorted(by_country, key=lambda key: (
        -by_country[key]["share"], -by_country[key]["low"], -by_country[key]["high"], key
    ))  # fmt: skip
    largest = [key for key in order if by_country[key]["share"] >= MAY_HAVE][:LARGEST]
    rows = [
        {"origin": key, **by_country[key]} for key in order
        if by_country[key]["bought"] > 0 or by_country[key]["share"] >= MAY_HAVE
        or by_country[key]["high"] > max(other["high"] + ALIKE, MAY_HAVE)
    ]  # fmt: skip
    if len(largest) > 1:
        together = "+".join(largest)
        blocs = _of_all(supplies, bought, total, {together: largest})
        rows.insert(0, {"origin": together, **blocs[together]})
    if other["high"] >= MAY_HAVE:
        rows.append({"origin": ANY_OTHER, **other, "share": None})
    return pa.Table.from_pylist(rows, pa.schema([(c.name, c.type) for c in COLUMNS]))


def _of_all(
    supplies: Mapping[str, Supply], bought: Mapping[str, Mapping[str, float]], total: float,
    blocs: Mapping[str, list[str]] | None,
) -> dict[str, dict[str, float]]:  # fmt: skip
    """Add up the shares of all products by their part of the purchases.

    A country that is in the network of some products alone may have, of the others, what any
    other country may have.
    """
    parts = []
    for product, sellers in bought.items():
        amount = fsum(sellers.values())
        weights = {seller: value / amount for seller, value in sellers.items()}
        table = spending_shares(supplies[product].network, product, weights, blocs)
        parts.append((amount / total, {row.pop("country"): row for row in table.to_pylist()}))
    names = dict.fromkeys(name for _, rows in parts for name in rows)
    return {
        name: {
            column: min(1.0, fsum(w * rows.get(name, rows[ANY_OTHER])[column] for w, rows in parts))
            for column in ("bought", "share", "low", "high")
        }
        for name in names
    }


def _needed(catalog: Catalog, parts: PartsList, by_product: Mapping[str, float]) -> Needed:
    """Add up the need of each material; an amount that is not in the list stays unknown."""
    links = catalog.links("CONTAINS", "product", "element", "role").to_pylist()
    rows: dict[str, list[Part]] = {}
    unknown = []
    for row in parts.rows:
        try:
            if row.material is None:
                raise UsageError("found no material")
            entity = catalog.materials.names.find(row.material, "material", ("Element", "Product"))
        except UsageError:
            unknown.append(row.line)
            continue
        rows.setdefault(entity.key, []).append(row)
    needs = []
    for key, of_material in rows.items():
        goods = {key} | {
            link["product"] for link in links if link["element"] == key and link["role"] == "main"
        }
        missing = tuple(row.line for row in of_material if row.low is None or row.high is None)
        low = fsum(row.low or 0.0 for row in of_material)
        high = None if missing else fsum(row.high or 0.0 for row in of_material)
        share = fsum(share for product, share in by_product.items() if product in goods)
        needs.append(MaterialNeed(key, low, high, share, missing))
    needs.sort(key=lambda need: (-(need.high or need.low), need.material))
    return Needed(parts.file, tuple(needs), tuple(unknown))


def _of_need(catalog: Catalog, needed: Needed) -> str:
    """Say what is needed in a year, and which part of the purchases is bought for it."""
    texts = []
    for need in needed.needs:
        if need.high is None:
            lines = ", ".join(map(str, need.unknown_rows))
            least = f"at least {weight(need.low)}" if need.low else "an unknown amount"
            amount = f"{least} (none in row {lines})"
        else:
            amount = weight(need.high)
            if need.low < need.high:
                amount = f"{weight(need.low)} to {amount}"
        goods = part(need.bought_share) if need.bought_share else "none"
        name = catalog.materials.in_text(need.material)
        texts.append(f"{amount} of {name} (goods bought for it: {goods} of the purchases)")
    text = f" Needed a year by {needed.parts}: {'; '.join(texts)}." if texts else ""
    if needed.unknown_materials:
        lines = ", ".join(map(str, needed.unknown_materials))
        text += f" No material that graphkit knows: row {lines} of {needed.parts}."
    return text


def _notes(catalog: Catalog, term: Bought, bought: Mapping[str, Mapping[str, float]]) -> list[Note]:
    """Say what was understood of the file, what could not be placed, and what has one source."""
    read = ", ".join(f"{name} from {heading!r}" for name, heading in term.columns.items())
    rows = f"{term.rows - len(term.unplaced):,} of {term.rows:,} rows"
    notes = [
        Note(f"Read from {term.purchases}: {read}. {rows} could be placed, with "
             f"{part(term.placed_share)} of the {term.amount_of}."),
        Note("Each seller is taken to sell what its country sells: a mix of what it makes and buys "
             "there. A seller with a source of its own may differ."),
    ]  # fmt: skip
    in_text = catalog.materials.in_text
    parts = [f"{in_text(key)} {part(share)}" for key, share in sorted(
        term.by_product.items(), key=lambda pair: (-pair[1], pair[0]))]  # fmt: skip
    notes.append(Note(f"Bought: {', '.join(parts)}.", tuple(term.by_product)))
    return [*notes, *(Note(_not_placed(row)) for row in term.unplaced[ON_SCREEN:])]


def _not_placed(row: Unplaced) -> str:
    """Name a row and the reason why it is in no share."""
    end = "" if row.reason.endswith((".", "?")) else "."
    return f"Not placed: row {row.line}: {row.reason}{end}"


def _caption(catalog: Catalog, term: Bought, bought: Mapping[str, Mapping[str, float]]) -> str:
    """Say what the shares are of, which goods have one source, and which rows are not in them."""
    parts = [
        f"Shares are of the purchases by {term.amount_of}. The purchases are the reader's own "
        "figures; what stands behind each seller is from the published trade and production."
    ]
    if term.one_source:
        alone = [
            f"{catalog.materials.in_text(key)} ({catalog.place_in_text(next(iter(bought[key])))})"
            for key in term.one_source
        ]
        parts.append(f"Bought from one country alone: {', '.join(alone)}.")
    parts += [_not_placed(row) for row in term.unplaced[:ON_SCREEN]]
    if len(term.unplaced) > ON_SCREEN:
        parts.append(f"{len(term.unplaced) - ON_SCREEN:,} more rows could not be placed.")
    return " ".join(parts)


def _notes_on_trade(catalog: Catalog, supplies: Mapping[str, Supply]) -> list[Note]:
    """Collect the notes on the trade behind the sellers, each once."""
    notes: dict[Note, Any] = {}
    for supply in supplies.values():
        notes |= dict.fromkeys((*supply.notes, *supply.return_notes(catalog)))
    return [*notes]
