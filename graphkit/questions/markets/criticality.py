"""Criticality: the EU's supply risk of materials, beside the scores that were published."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis.governance import WGI, governance
from graphkit.analysis.production import production_shares
from graphkit.analysis.supply_risk import CRITICAL, supply_risk
from graphkit.answers.answer import Answer, without_empty
from graphkit.answers.columns import FLAG, NUMBER, TEXTS, Column, plain_columns, schema_of
from graphkit.answers.coverage import Coverage, lines
from graphkit.answers.note import Note
from graphkit.answers.terms import Measure, Places, Role, Term, Time, terms
from graphkit.arrow import SHARE, number, texts
from graphkit.catalog.catalog import Catalog
from graphkit.catalog.materials import Scope
from graphkit.errors import GraphkitError
from graphkit.names import names_in
from graphkit.period import Period
from graphkit.questions.question import checked
from graphkit.questions.shared.order import descending
from graphkit.questions.shared.production import figures_of, revision_notes

TEN = "0 to 10"
FACTORS = ("import_reliance", "eol_rir", "substitution")
"""Inputs that only the caller can give: no table has them."""
COLUMNS = (
    Column("material", "Material"),
    Column("name"),
    Column("product", "Product"),
    Column("stage", "Stage", rank=4),
    Column("basket", "Basket", rank=4, doc=
           "number of the product's elements that belong to the material; null: all"),
    Column("period", "Period"),
    Column("basis", "Basis", rank=5),
    Column("largest"),
    Column("largest_share", "", "0 to 1, of world production, of the largest producer",
           SHARE, NUMBER),
    Column("hhi_global_low", "", "0 to 10, sum of squared shares of world production, each times "
           "governance", TEN, NUMBER),
    Column("hhi_global_high", "", "the same, at most", TEN, NUMBER),
    Column("hhi_global_known", "HHI-WGI, world", rank=3, doc=
           "the same with the mean of the known governance indicators", unit=TEN,
           type=NUMBER),
    Column("hhi_eu_low", "", "0 to 10, the same of the EU's sourcing", TEN, NUMBER),
    Column("hhi_eu_high", "", "the same, at most", TEN, NUMBER),
    Column("hhi_eu_known", "EU", rank=3, doc=
           "the same with the mean of the known governance indicators", unit=TEN,
           type=NUMBER),
    Column("import_reliance", "", "0 to 1, as given with the question; null: 0 to 1",
           SHARE, NUMBER),
    Column("eol_rir", "", "0 to 1, end-of-life recycling input rate, as given; null: 0 to 1",
           SHARE, NUMBER),
    Column("substitution", "",
           "0 to 1, substitution index for supply risk, as given; null: 0 to 1", SHARE, NUMBER),
    Column("supply_risk_low", "SR", "score; 1.0 and more is critical", type=NUMBER, rank=0),
    Column("supply_risk_high", "SR at most", "the same, at most", type=NUMBER, rank=0),
    Column("counts", "", "whether this product has the highest risk of the material; null: "
           "cannot be told", type=FLAG),
    Column("published_supply_risk", "Published SR", rank=0, doc=
           "score, of the EU's study; of several the highest", type=NUMBER),
    Column("published_economic_importance", "EI",
           "score, of the same study; 2.8 and more is critical", type=NUMBER),
    Column("published_critical", "", "whether both published scores reach their thresholds",
           type=FLAG),
    Column("published_in_range", "In range",
           "whether the published risk lies in the computed range", type=FLAG),
    Column("missing", type=TEXTS),
    *plain_columns("production_source", "sourcing_source"),
)  # fmt: skip
CAPTION = (
    "SR is supply risk after the EU's guidelines of 2017; with an economic importance (EI) a "
    "material is critical from SR 1.0 and EI 2.8 on. A missing input runs over all possible "
    "values, so that SR is a range. HHI-WGI (0 to 10): of world production and of the EU's "
    "sourcing, as far as countries and governance indicators are known."
)


@dataclass(frozen=True)
class Materials(Term):
    """Keys of the materials in question."""

    materials: tuple[str, ...]


@dataclass(frozen=True)
class Inputs(Term):
    """Figures that stand in the place of published ones; None: as published."""

    import_reliance: float | None
    eol_rir: float | None
    substitution: float | None


def notes_on(rows: pa.Table) -> Iterator[Note]:
    """Write the caveats of the risks."""
    missing: list[list[str]] = rows["missing"].to_pylist()
    first_row = missing[0] if missing else []
    common = [text for text in first_row if all(text in texts for texts in missing)]
    if common:
        yield Note(f"Missing in every row: {'; '.join(common)}.")
    if any(len(texts) > len(common) for texts in missing):
        yield Note(
            "The column 'missing', which tables omit, lists what else is missing in each row."
        )
    if rows["basket"].null_count < len(rows):
        yield Note(
            "A product with other elements too counts for a material by its whole mass, a proxy: "
            "Basket says how many of its elements belong to the material."
        )
    if rows["sourcing_source"].null_count < len(rows):
        yield Note(
            "EU sourcing is as published, for its own years; few sources state a stage, so that "
            "it stands beside every product of the material. Conflicting sources have separate "
            "rows."
        )
    yield Note(
        "The published scores use averages of other years, and inputs that are missing here."
    )


SOURCING = "sourcing"
"""The measure of claims about shares of the EU's sourcing."""
CONTENT = "-content"
YEARS = 5
"""Years of governance: the study of 2023 took the mean of five."""


@checked(COLUMNS)
def criticality(
    catalog: Catalog,
    *,
    scope: str | None = None,
    period: str | None = None,
    import_reliance: float | None = None,
    eol_rir: float | None = None,
    substitution: float | None = None,
) -> Answer:
    """Compute the EU's supply risk of materials, with all inputs and the published criticality.

    Returns
    -------
    Answer
        One row for each material, product with production figures, and source of EU sourcing, the
        largest published risk first. A
        material without production has one row, with the published figures.

    Raises
    ------
    UsageError
        Unknown name, invalid period, or an input out of range.
    GraphkitError
        Nothing is known of these materials.
    """
    inputs = {"import_reliance": import_reliance, "eol_rir": eol_rir, "substitution": substitution}
    claims = catalog.claims.filter(pc.is_in(catalog.claims["kind"], pa.array(list(CRITICAL))))
    materials = _materials(catalog, scope, claims)
    published = set(claims["element"].to_pylist())
    claims = claims.filter(pc.is_in(claims["element"], pa.array(materials, pa.string())))
    baskets = _baskets(catalog, materials, published)
    goods = Scope(None, tuple(sorted({product for _, product in baskets})))
    figures = figures_of(catalog, goods, period)
    production = figures.rows
    markets = _markets(production, baskets)
    if not markets and not len(claims):
        in_period = f" in {period}" if period else ""
        raise GraphkitError(
            f"neither production{in_period} nor a supply risk is known for {', '.join(materials)}"
        )
    sourcing = _sourcing(catalog, materials, markets)
    labels = _labels(materials, markets, sourcing)
    ratings, years = _ratings(catalog, production)
    risks = supply_risk(
        _shares(labels, markets, sourcing), governance(ratings, years),
        pa.Table.from_pylist([
            {"material": label[0], "stage": key, **inputs} for key, label in labels.items()
        ], _FACTORS), claims,
    )  # fmt: skip
    rows = [
        _row(catalog, risk, labels[risk["stage"]], markets, baskets) for risk in risks.to_pylist()
    ]
    rows.sort(key=_by_risk)
    table = pa.Table.from_pylist(rows, schema_of(COLUMNS))
    sourcing_claims = _sourcing_claims(catalog, sourcing)
    meaning = "all materials with a published risk"
    if scope:
        meaning = catalog.materials.in_text(*materials)
    return Answer(
        f"How critical {'is' if len(materials) == 1 else 'are'} {meaning} for the EU?",
        terms(
            Places(Role.CONSUMER, "EU27"), Materials(tuple(materials)),
            Time(period or "newest with data"), Measure("supply risk, of production by mass"),
            Inputs(**inputs),
        ),
        table,
        COLUMNS,
        Coverage(
            lines({
                "materials": len(materials),
                "materials_with_production_figures": len({material for material, _ in markets}),
            }),
            figures=figures.count(goods),
            missing_years=figures.gaps(),
            others=lines({
                "governance_indicators": tuple(sorted(set(ratings["indicator"].to_pylist()))),
                "governance_years": tuple(sorted(set(ratings["period"].to_pylist()))),
                "countries_rated": len(ratings["country"].unique()),
            }),
        ),
        catalog.sources(production, ratings, claims, sourcing_claims),
        pa.concat_tables([claims, sourcing_claims]),
        notes=(*notes_on(table), *revision_notes(catalog, figures.published)),
        caption=CAPTION,
        shown=without_empty(table, [c.name for c in COLUMNS if c.header], "supply_risk_low"),
    )  # fmt: skip


def _by_risk(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return a key that sorts by published risk, then by the least computed one, largest first."""
    risks = (row["published_supply_risk"], row["supply_risk_low"])
    names = ("material", "product", "sourcing_source")
    return (*map(descending, risks), *(row[name] or "" for name in names))


_FACTORS = pa.schema([*texts("material", "stage"), *(number(name) for name in FACTORS)])
Market = tuple[str, str]
"""A material, and a product that stands for it."""


def _materials(catalog: Catalog, scope: str | None, claims: pa.Table) -> list[str]:
    """Find the named materials, and their groups with a published figure."""
    published = set(claims["element"].to_pylist()) - {None}
    if scope is None:
        return sorted(published)
    names, kinds = catalog.materials.names, ("Element",)
    texts = names_in(scope, lambda text: any(True for _ in names.all(text, kinds)))
    keys = [names.find(text, "element or mineral", kinds).key for text in texts]
    groups = catalog.materials.members.items()
    wider = {group for group, members in groups if members & {*keys} and group in published}
    return list(dict.fromkeys([*keys, *sorted(wider)]))


def _baskets(
    catalog: Catalog, materials: Collection[str], published: Collection[str | None]
) -> dict[Market, tuple[int, int]]:
    """Map each material and product that holds it to the elements meant and those in all.

    A product of a mineral with a risk of its own stands for no element in it: the EU's phosphorus
    is the element alone, beside phosphate rock.
    """
    nodes = catalog.nodes("Element").to_pylist()
    minerals = {n["key"] for n in nodes if n["type"] == "mineral" and n["key"] in published}
    return {
        (material, product): counts
        for material in materials
        for product, counts in catalog.materials.counts(material).items()
        if material in minerals or not minerals & catalog.materials.main[product]
    }


def _markets(
    production: pa.Table, baskets: Collection[Market]
) -> dict[Market, list[dict[str, Any]]]:
    """Collect the production shares of each product that stands for a material.

    A mass of nickel content says nothing about cobalt, so that it is left out there.
    """
    markets: dict[Market, list[dict[str, Any]]] = defaultdict(list)
    for share in production_shares(production).to_pylist():
        basis = share["basis"] or ""
        for material, product in baskets:
            other_content = basis.endswith(CONTENT) and basis.removesuffix(CONTENT) != material
            if product == share["product"] and not (other_content and _is_symbol(basis)):
                markets[material, product].append(share)
    return dict(markets)


def _is_symbol(basis: str) -> bool:
    """Return True for the content of one element: Ni-content, but not TiO2-content."""
    symbol = basis.removesuffix(CONTENT)
    return symbol.isalpha() and len(symbol) <= 2


Sourcing = Mapping[tuple[str, str | None], Mapping[str, Sequence[Mapping[str, Any]]]]
"""Claims about shares of the EU's sourcing, by material and product, and by source."""


def _sourcing(
    catalog: Catalog, materials: Collection[str], markets: Collection[Market]
) -> Sourcing:
    """Collect the claims on the sourcing of each product, or of its material at its stage."""
    claims_on: dict[tuple[str, str | None], list[Mapping[str, Any]]] = defaultdict(list)
    for claim in catalog.claims.to_pylist():
        is_share = claim["measure"] == SOURCING and claim["kind"] == "share" and claim["supplier"]
        if is_share and claim["value"] is not None:
            kind = "product" if claim["product"] else "element"
            claims_on[kind, claim[kind]].append(claim)
    products = catalog.materials.products
    sourcing: dict[tuple[str, str | None], dict[str, list[Mapping[str, Any]]]] = {}
    for material, product in [*markets, *((material, None) for material in materials)]:
        by_source: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        for claim in [*claims_on["element", material], *claims_on["product", product]]:
            stage = claim["stage"]
            if product is None or stage is None or products[product]["stage"] == stage:
                by_source[claim["source"]].append(claim)
        sourcing[material, product] = by_source
    return sourcing


def _sourcing_claims(catalog: Catalog, sourcing: Sourcing) -> pa.Table:
    keys = []
    for by_source in sourcing.values():
        for claims in by_source.values():
            keys += [claim["key"] for claim in claims]
    return catalog.claims.filter(pc.is_in(catalog.claims["key"], pa.array(keys, pa.string())))


Label = tuple[str, str | None, str | None]
"""A material, the product that stands for it, and the source of its EU sourcing."""


def _labels(
    materials: Sequence[str], markets: Collection[Market], sourcing: Sourcing
) -> dict[str, Label]:
    """Make the rows' labels, by the text that stands for the stage in the measure."""
    labels: list[Label] = []
    for material in materials:
        products: list[str | None] = [market[1] for market in markets if market[0] == material]
        for product in products or [None]:
            sources: list[str | None] = [*sorted(sourcing.get((material, product), ()))]
            labels += [(material, product, source) for source in sources or [None]]
    return {f"{product or ''}|{source or ''}|{material}": (material, product, source)
            for material, product, source in labels}  # fmt: skip


def _shares(
    labels: Mapping[str, Label],
    markets: Mapping[Market, Sequence[Mapping[str, Any]]],
    sourcing: Sourcing,
) -> pa.Table:
    """Build the shares of world production and EU sourcing that the measure takes."""
    rows: list[dict[str, Any]] = []
    for key, (material, product, source) in labels.items():
        base = {"material": material, "stage": key}
        for share in markets.get((material, product or ""), ()):
            values = {name: share[name] for name in ("country", "share_low", "share_high")}
            rows.append({**base, "market": "global", **values})
        for claim in sourcing.get((material, product), {}).get(source or "", ()):
            value = dict.fromkeys(("share_low", "share_high"), claim["value"])
            rows.append({**base, "market": "EU sourcing", "country": claim["supplier"], **value})
    numbers = [number("share_low"), number("share_high")]
    names = texts("material", "stage", "market", "country")
    return pa.Table.from_pylist(rows, pa.schema([*names, *numbers]))


def _ratings(catalog: Catalog, production: pa.Table) -> tuple[pa.Table, list[str]]:
    """Read governance in the years up to the newest production, and return those years too."""
    last = max((Period(p).year for p in production["period"].to_pylist()), default=None)
    years = [str(last - back) for back in reversed(range(YEARS))] if last else []
    ratings = catalog.rows("ratings", indicators=list(WGI), periods=years)
    schema = pa.schema([*texts("country", "indicator", "period", "source"), number("value")])
    return ratings.select(schema.names).cast(schema), years


def _row(
    catalog: Catalog,
    risk: Mapping[str, Any],
    label: Label,
    markets: Mapping[Market, Sequence[Mapping[str, Any]]],
    baskets: Mapping[Market, tuple[int, int]],
) -> dict[str, Any]:
    material, product, source = label
    row = {**risk, "name": catalog.materials.names.find(material, "element", ("Element",)).name,
           "product": product, "stage": None, "sourcing_source": source}  # fmt: skip
    if product is None:
        return row
    shares = markets[material, product]
    largest = min(shares, key=lambda share: (-share["share_low"], share["country"]))
    meant, total = baskets[material, product]
    return {
        **row, "stage": catalog.materials.products[product]["stage"],
        "basket": f"{meant} of {total}" if total > meant else None,
        "largest": largest["country"], "largest_share": largest["share_low"],
        "production_source": shares[0]["source"],
        **{name: shares[0][name] for name in ("period", "basis")},
    }  # fmt: skip
