"""Single points of failure by three definitions, which are never merged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import nextafter
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis.supply.network import SupplyNetwork
from graphkit.analysis.supply.nodes import shortened
from graphkit.analysis.supply.removal import (
    domestic_points,
    point_verdicts,
    removal_losses,
    share_points,
    structural_points,
)
from graphkit.analysis.supply.tracing import ANY_OTHER
from graphkit.answers.absence import Absence
from graphkit.answers.answer import Answer
from graphkit.answers.columns import NUMBER, Column, schema_of
from graphkit.answers.coverage import Coverage, lines
from graphkit.answers.figures import UNFIT, money
from graphkit.answers.note import Note
from graphkit.answers.terms import Places, Role, Time, terms
from graphkit.arrow import SHARE
from graphkit.catalog.catalog import Catalog
from graphkit.catalog.materials import Scope
from graphkit.catalog.tables import COUNTRIES
from graphkit.errors import UsageError
from graphkit.names import Entity
from graphkit.period import newest
from graphkit.questions.question import checked
from graphkit.questions.shared.assumptions import ASSUMED, Assumed, assuming
from graphkit.questions.shared.blocs import bloc, members_with_data
from graphkit.questions.shared.claim_scope import ClaimScope, claims_about
from graphkit.questions.shared.fit import FIT
from graphkit.questions.shared.order import descending, in_order_of
from graphkit.questions.shared.periods import PeriodChoice
from graphkit.questions.shared.production import figures_in
from graphkit.questions.shared.supply import RANGE, Supply, supply_of
from graphkit.questions.shared.supply_answer import (
    EARLIER,
    METHOD,
    beyond_any_other,
    buyer_in,
    imports_of_products,
    supply_answer,
    with_earlier,
    with_scope,
)
from graphkit.questions.supply.exposures import SUMS, exposed
from graphkit.questions.supply.plant_points import LEAST, POINTS, plant_points
from graphkit.questions.supply.terms import Definition, Removed, Threshold

THRESHOLD = 0.5
NAMED = 5
"""Number of products without a single point that a note names."""
ROUNDING = 1e-9
VERDICTS = (
    "Verdict: certain, if even the least share reaches the threshold; as traced, if the traced one "
    "does; possible, if only the largest does, or if the product's codes also hold goods on which "
    "the stage's work is not done yet; basket or proxy, if the figures hold other goods too, so "
    "that nothing follows for one of them alone."
)
SHARE_COLUMNS = (
    Column("consumer", "Consumer"),
    Column("product", "Product"),
    Column("period", "Period"),
    Column("definition", "Definition", rank=4),
    Column("traced_to", "Traced to"),
    Column("supplier", "Single point"),
    Column("share", "Share", "0 to 1, of the consumer's imports of the product", rank=0,
           type=NUMBER),
    *(replace(column, rank=3) for column in RANGE),
    *ASSUMED,
    Column("verdict", "Verdict", rank=0),
    Column("imports", "Imports", "the consumer's imports of the product, in the measure of the row",
           type=NUMBER),
    EARLIER,
)  # fmt: skip
STRUCTURE = (
    Column("removed", "Without"),
    Column("consumer", "Consumer"),
    Column("product", "Product"),
    Column("stage"),
    Column("loss", "Loses", "0 to 1, share of the consumer's imports that passes through the "
           "removed at any stage, lost in proportion and not replaced", SHARE, NUMBER, rank=0),
    Column("low", "at least", "0 to 1, the least that share can be, given all published data",
           SHARE, NUMBER),
    Column("high", "at most", "0 to 1, the most that share can be", SHARE, NUMBER),
    Column("verdict", "Verdict", rank=0),
    Column("cut_off", "Cut off"),
    Column("kept", "", "0 to 1, share of the consumer's supply in the links that count for "
           "cut_off", SHARE, NUMBER),
    Column("chain", "Strongest chain"),
    Column("chain_share", "its share",
           "0 to 1, product of the shares of supply along the chain", SHARE, NUMBER),
)  # fmt: skip
STRUCTURE_COLUMNS = (
    *STRUCTURE[:3], Column("period", "Period"), *STRUCTURE[3:7], *ASSUMED, *STRUCTURE[7:],
)  # fmt: skip
DOMESTIC_COLUMNS = (
    Column("country", "Country"),
    Column("product", "Product"),
    Column("element", "Element"),
    Column("period", "Period"),
    Column("verdict", "Verdict", rank=0),
    Column(
        "world_share", "Share of world output", "0 to 1, of the published world output", type=NUMBER
    ),
    Column("claim", "Claim"),
    Column("source", "Source"),
)
SHARE_POINT: tuple[str, ...] = (
    "supplier",
    "product",
    "stage",
    "period",
    "measure",
    "definition",
    "traced_to",
    EARLIER.name,
)
STRUCTURE_POINT: tuple[str, ...] = ("removed", "product", "stage", "period", "measure")


@checked(SHARE_COLUMNS, STRUCTURE_COLUMNS, DOMESTIC_COLUMNS, SUMS, POINTS, (FIT,))
def spof(
    catalog: Catalog,
    consumer: str | None = None,
    *,
    scope: str | None = None,
    period: str | None = None,
    by: str = "usd",
    definition: str = "share",
    threshold: float | None = None,
    possible: bool = False,
    each: bool = False,
    blocs: Sequence[str] = (),
    min_link: float = 0.0,
    level: str = "country",
    view: str = "control",
    assume: Sequence[str] | None = None,
    returns: bool = False,
    dataset: str | None = None,
) -> Answer:
    """Find the countries on which a consumer's supply of something depends.

    With ``level`` the plants, companies, or states with all that they can stop.

    Returns
    -------
    Answer
        One row for each product and single point, of each consumer or of all together.

    Raises
    ------
    UsageError
        Unknown name, invalid period, ``by`` or definition, or a threshold out of range.
    GraphkitError
        No trade is in scope, or none of the consumer; the message lists what is known.
    """
    catalog = catalog.using(dataset)
    if blocs and definition != "structural":
        raise UsageError("`blocs` belongs to `definition=structural`")
    below = level != "country"
    if below and (blocs or min_link or definition == "domestic"):
        raise UsageError(
            f"`level={level}` tells losses: leave out `blocs`, `min_link` and `definition`"
        )
    default = LEAST if below else 0.0 if blocs else THRESHOLD
    least = threshold if threshold is not None else default
    if least == 0 and definition == "share" and not below:
        raise UsageError("`threshold`: found 0, wanted more than 0, at most 1")
    buyer = None if consumer is None else catalog.place(consumer)
    goods = catalog.materials.scope(scope)
    if returns and definition != "structural" and not below:
        raise UsageError("`returns` widens ranges of losses, which `definition=structural` has")
    if definition == "domestic":
        if assume is not None:
            raise UsageError("`assume` narrows ranges, which `definition=domestic` has none of")
        return _domestic(catalog, buyer, goods, period)
    if buyer is not None and buyer.is_group:
        supply = supply_of(catalog, goods, period, measure=by, merged=buyer, returns=returns)
    else:
        supply = supply_of(catalog, goods, period, measure=by, returns=returns)
    consumers = None if buyer is None else [buyer_in(catalog, supply, buyer)]
    assumed = assuming(catalog, supply, assume)
    if below:
        return plant_points(
            catalog, buyer, goods, assumed, consumers, level, view, least, possible=possible,
            each=each,
        )  # fmt: skip
    if definition == "share":
        answer = _by_share(catalog, buyer, goods, assumed, consumers, least, possible)
        point, part = SHARE_POINT, "share"
    else:
        groups = dict(bloc(catalog, text) for text in blocs) or None
        answer = _structural(
            catalog, buyer, goods, assumed, consumers, groups, least, min_link, possible
        )
        point, part = STRUCTURE_POINT, "loss"
    if buyer is not None or each:
        return answer
    columns = [column for column in answer.columns if column.name in point]
    return replace(
        answer,
        rows=exposed(answer.rows, supply, point, part),
        columns=(*columns, *SUMS),
        notes=(*answer.notes, Note("`each` lists every consumer.")),
    )


def _by_share(
    catalog: Catalog, buyer: Entity | None, scope: Scope, assumed: Assumed,
    consumers: list[str] | None, threshold: float, possible: bool,
) -> Answer:  # fmt: skip
    supply = assumed.supply
    traced = supply.traced(consumers, minimum=nextafter(threshold, 0.0))
    points, unsure = _without_unsure(
        catalog, share_points(traced, threshold=threshold), supply,
        ("consumer", "product", "stage"), "supplier", possible,
    )  # fmt: skip

    def ranges(network: SupplyNetwork, rows: pa.Table) -> pa.Table:
        stages = rows["stage"].unique().to_pylist()
        table = supply.traced(consumers, stages=stages, network=network)
        return table.rename_columns({"origin": "supplier"})

    keys = ("consumer", "product", "stage", "supplier")
    points = assumed.with_ranges(points, keys, ranges, stage="stage")
    points = with_scope(points.rename_columns({"stage": "traced_to"}), supply)
    rows = _of_baskets(catalog, scope, supply, with_earlier(catalog, points, supply))
    rows = _with_imports(_of_earlier_goods(rows), supply)
    rows = _by_stake(rows, supply)
    importer = buyer.in_text if buyer else "anybody"
    unit = "t" if supply.measure == "tonnes" else "USD"
    columns = [replace(c, unit=unit) if c.name == "imports" else c for c in SHARE_COLUMNS]
    return supply_answer(
        catalog, f"Which countries are single points of failure for {importer} in {scope.meaning}?",
        ClaimScope(buyer, None, scope, supply.period), supply, rows, columns,
        caption=f"Single point: a supplier with at least {100 * threshold:g} % of the imports, "
        "bought there directly (face value) or made there at a stage (looked through)."
        f"{assumed.caption(rows)}",
        notes=[Note(VERDICTS), METHOD, *assumed.notes(rows), *supply.notes,
               *(_other_imports(catalog, supply, consumers, rows) if consumers else ()),
               *(map(Note, unsure) if len(rows) else ())],
        nothing=_nobody(threshold, () if possible else unsure),
        more=[Definition("share"), Threshold(threshold), assumed.term],
        also=[assumed.makers_used(rows)], grouped_by=("product",),
    )  # fmt: skip


def _of_earlier_goods(rows: pa.Table) -> pa.Table:
    """Grade work at a stage as possible where the codes also hold goods of earlier stages.

    Who sold them is certain all the same.
    """
    verdicts = [
        "possible"
        if row["definition"] == "looked through" and row[EARLIER.name]
        and row["verdict"] in ("certain", "as traced")
        else row["verdict"]
        for row in rows.select(["definition", EARLIER.name, "verdict"]).to_pylist()
    ]  # fmt: skip
    return _with_verdicts(rows, verdicts)


def _with_verdicts(rows: pa.Table, verdicts: Sequence[str]) -> pa.Table:
    """Replace the verdict of each row."""
    place = rows.column_names.index("verdict")
    return rows.set_column(place, rows.schema.field(place), pa.array(verdicts, pa.string()))


def _with_imports(rows: pa.Table, supply: Supply) -> pa.Table:
    """Add the amount of each consumer's imports of the product."""
    imports, _ = imports_of_products(supply)
    pairs = rows.select(["consumer", "product"]).to_pylist()
    amounts = [imports.get((row["consumer"], row["product"])) for row in pairs]
    return rows.append_column("imports", pa.array(amounts, pa.float64()))


def _other_imports(
    catalog: Catalog, supply: Supply, consumers: Sequence[str], rows: pa.Table
) -> list[Note]:
    """Note the products of a consumer's imports of which no single point is known."""
    imports, _ = imports_of_products(supply)
    points = set(rows["product"].to_pylist())
    rest = sorted(
        (-amount, product) for (consumer, product), amount in imports.items()
        if consumer in consumers and product in supply.products_in_scope and product not in points
    )  # fmt: skip
    if not rest or not points:
        return []
    by_mass = supply.measure == "tonnes"
    in_text = catalog.materials.in_text
    texts = []
    for negative, product in rest[:NAMED]:
        amount = f"{-negative:,.0f} t" if by_mass else f"{money(-negative)} USD"
        texts.append(f"{in_text(product)} ({amount})")
    remainder = f" and {len(rest) - NAMED} more products" if len(rest) > NAMED else ""
    return [
        Note(f"Also imported, without a single point that is known: {', '.join(texts)}{remainder}.")
    ]


def _of_baskets(catalog: Catalog, scope: Scope, supply: Supply, rows: pa.Table) -> pa.Table:
    """Replace verdicts from figures of other goods too, unless these show nobody else."""
    fits = catalog.materials.fits(scope, [series.goods for series in supply.coverage.series])
    verdicts = [
        row["verdict"] if fits[row["product"]] not in UNFIT or row["low"] >= 1 - ROUNDING
        else fits[row["product"]]
        for row in rows.select(["product", "verdict", "low"]).to_pylist()
    ]  # fmt: skip
    return _with_verdicts(rows, verdicts)


def _by_stake(rows: pa.Table, supply: Supply) -> pa.Table:
    """Sort rows by the consumer's imports of the product, and keep their order otherwise."""
    imports, _ = imports_of_products(supply)

    def key(row: Mapping[str, Any]) -> tuple[Any, ...]:
        amount = imports.get((row["consumer"], row["product"]))
        return descending(amount), row["consumer"], row["product"]

    return in_order_of(rows, key)


def _structural(
    catalog: Catalog, buyer: Entity | None, scope: Scope, assumed: Assumed,
    consumers: list[str] | None, blocs: dict[str, list[str]] | None, threshold: float,
    min_link: float, possible: bool,
) -> Answer:  # fmt: skip
    notes: list[Note] = []
    supply = assumed.supply
    groups = None
    if blocs is not None:
        groups, notes = members_with_data(catalog, supply.network, blocs)
    rows = _removed(supply, groups, consumers, min_link, threshold)
    rows, unsure = _without_unsure(
        catalog, rows, supply, ("consumer", "product"), "removed", possible
    )

    def ranges(network: SupplyNetwork, rows: pa.Table) -> pa.Table:
        names = set(rows["removed"].to_pylist())
        removed = groups or (None if ANY_OTHER in names else {name: [name] for name in names})
        return removal_losses(
            network, removed, consumers=consumers, products=supply.products_in_scope, possible=True
        )

    rows = assumed.with_ranges(rows, ("removed", "consumer", "product"), ranges)
    rows = _of_baskets(catalog, scope, supply, with_scope(rows, supply))
    rows = _by_stake(rows.sort_by([("loss", "descending"), ("removed", "ascending")]), supply)
    importer = buyer.in_text if buyer else "anybody"
    links = (
        f"links of less than {100 * min_link:g} % of a pool left out" if min_link else "all links"
    )
    return supply_answer(
        catalog, f"Without whom does {importer} lose {scope.meaning}?",
        ClaimScope(buyer, None, scope, supply.period), supply, rows, STRUCTURE_COLUMNS,
        caption=f"Loses: share of the imports, {supply.network.unit}, that passes through the "
        "removed country at any of its stages, if nobody substitutes. Cut off: no producer "
        f"reaches the consumer without it ({links}).{assumed.caption(rows)}",
        notes=[
            Note(f"{VERDICTS} Cut off is certain only if nothing is left whatever was not "
                 "published."),
            *assumed.notes(rows), *supply.return_notes(catalog), *supply.notes, *notes,
            *(map(Note, unsure) if len(rows) else ()),
        ],
        nothing=_nobody(threshold, () if possible else unsure),
        more=[Definition("structural"), Threshold(threshold),
              Removed(min_link, tuple(sorted(groups)) if groups else "each country by itself"),
              assumed.term, supply.ranges_assume],
        also=[assumed.makers_used(rows)], grouped_by=("product",),
    )  # fmt: skip


def _removed(
    supply: Supply, groups: dict[str, list[str]] | None, consumers: list[str] | None,
    min_link: float, threshold: float,
) -> pa.Table:  # fmt: skip
    """Compute the losses without each country or bloc, and who is cut off."""
    strict = supply.least
    consumers_there = consumers
    if consumers is not None:
        consumers_there = [country for country in consumers if country in strict.countries]
    points = structural_points(
        strict, groups, consumers=consumers_there, products=supply.products_in_scope,
        min_share=min_link,
    )  # fmt: skip
    names = ("removed", "consumer", "product")
    cut_off = {tuple(row[name] for name in names): row for row in points.to_pylist()}
    losses = removal_losses(
        supply.network, groups, consumers=consumers, products=supply.products_in_scope,
        possible=True,
        minimum=nextafter(min(threshold, 1 - ROUNDING), 0.0), besides=cut_off.keys(),
    )  # fmt: skip
    verdicts = point_verdicts(losses["low"], losses["loss"], threshold)
    rows = []
    for row in losses.append_column("verdict", verdicts).to_pylist():
        point = cut_off.pop(tuple(row[name] for name in names), None)
        verdict = "certain" if row["low"] >= 1 - ROUNDING else "possible" if point else None
        if verdict or row["high"] >= threshold:
            rows.append({**row, "cut_off": verdict, "kept": point["kept"] if point else None})
    for point in cut_off.values():  # cut off without a loss in proportion: it never imports
        rows.append({**point, "loss": None, "cut_off": "possible", "verdict": "possible"})
    return pa.Table.from_pylist(rows, schema_of(STRUCTURE))


def _without_unsure(
    catalog: Catalog,
    rows: pa.Table,
    supply: Supply,
    scope: Sequence[str],
    point: str,
    possible: bool,
) -> tuple[pa.Table, list[str]]:
    """Leave out single points that only the upper end of a range shows, and note them."""
    unsure = pc.equal(rows["verdict"], "possible")
    rows, alike = beyond_any_other(rows, supply, scope, point, unsure)
    unsure = pc.equal(rows["verdict"], "possible")
    names = [catalog.label(key) or key for key in rows[point].filter(unsure).unique().to_pylist()]
    if possible or not names:
        return rows, alike if possible else []
    note = f"Possible, at the upper end of a range: {shortened(sorted(names))}; see `possible`."
    return rows.filter(pc.invert(unsure)), [note]


def _domestic(catalog: Catalog, buyer: Entity | None, scope: Scope, period: str | None) -> Answer:
    products = list(scope.products)
    periods = catalog.rows("production-periods")
    periods = periods.filter(pc.is_in(periods["product"], pa.array(products, pa.string())))
    period = period or newest(set(periods["period"].to_pylist()) or ["2024"])
    figures = figures_in(catalog, {product: PeriodChoice(period, ()) for product in products})
    production = figures.rows.filter(pc.is_in(figures.rows["type"], pa.array(COUNTRIES)))
    claims = claims_about(catalog.claims, ClaimScope(None, None, scope, None))
    points = domestic_points(production, claims)
    if buyer is not None:
        points = points.filter(pc.equal(points["country"], buyer.key))
    rows = points.filter(pc.not_equal(points["verdict"], "cannot be told"))
    place = f" in {buyer.in_text}" if buyer else ""
    goods = scope.goods.phrase if scope.text else "any product"
    return Answer(
        f"Which stages of {scope.meaning} depend on one producer{place}?",
        terms(Places(Role.COUNTRY, buyer.key if buyer else None), scope.material, Time(period),
              Definition("domestic")),
        rows,
        DOMESTIC_COLUMNS,
        Coverage(
            lines({
                "figures_of_production": len(production),
                "producing_countries_of_which_it_cannot_be_told": len(points) - len(rows),
            }),
            missing_years=figures.gaps(),
        ),
        catalog.sources(rows, scope.elsewhere),
        claims.filter(pc.is_in(claims["key"], rows["claim"].combine_chunks())),
        elsewhere=scope.elsewhere,
        notes=(*scope.notes, Note("Data by country do not count firms or plants: a single producer "
                                  "is known only if a source says so (USGS, OFR 2021-1045).")),
        nothing=Absence(
            f"No source names a single producer of {scope.meaning}{place}.",
            f"No source names a single producer of {goods}{place}",
        ),
        caption="Verdict: published, if a source names one domestic producer; one producing "
        "country, if only this country has published output.",
        picture="graphkit.questions.supply.single_points_picture:domestic_points",
    )  # fmt: skip


def _nobody(threshold: float, unsure: Sequence[str]) -> Absence:
    """State that no share reaches the threshold, and who might."""
    return Absence(" ".join([f"Nobody is known to reach {100 * threshold:g} %.", *unsure]))
