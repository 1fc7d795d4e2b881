"""Leverage between two countries: what each loses if the other stops selling, on both sides."""

from __future__ import annotations

import pyarrow as pa

from graphkit.analysis.supply.leverage import leverage as leverage_of
from graphkit.answers.absence import Absence
from graphkit.answers.answer import Answer
from graphkit.answers.columns import NUMBER, TEXTS, Column, plain_columns, schema_of
from graphkit.answers.note import Note
from graphkit.catalog.catalog import Catalog
from graphkit.errors import UsageError
from graphkit.questions.question import checked
from graphkit.questions.shared.blocs import bloc
from graphkit.questions.shared.claim_scope import ClaimScope
from graphkit.questions.shared.fit import FIT
from graphkit.questions.shared.supply import supply_of, unseen_goods
from graphkit.questions.shared.supply_answer import buyer_in, supply_answer, with_scope

COLUMNS = (
    Column("supplier", "Stops selling"),
    Column("consumer", "Loses"),
    *plain_columns("product", "stage", "period", "measure"),
    Column("lost_share", "Share of imports",
           "0 to 1, share of the consumer's imports of the product that is lost, bought there or "
           "through others, if the supplier sells none of the goods to anybody", rank=2,
           type=NUMBER),
    Column("low", "at least", "0 to 1, the least that share can be, given all published data",
           rank=3, type=NUMBER),
    Column("high", "at most", "0 to 1, the most that share can be", rank=3, type=NUMBER),
    Column("lost_imports", "Lost imports", "USD, the same share of the imports", "USD", NUMBER,
           rank=0),
    Column("lost_imports_low", "at least", "USD, at the lower end", "USD", NUMBER, rank=0),
    Column("lost_imports_high", "at most", "USD, at the upper end", "USD", NUMBER, rank=0),
    Column("sales", "Lost sales", "USD, what the supplier sells to the consumer of the product",
           "USD", NUMBER, rank=0),
    Column("sales_share", "of exports", "0 to 1, share of that in its exports of the product",
           type=NUMBER),
    Column("exports", "Exports", "USD, the most that the stop costs: what it sells to everybody, "
           "for what others pass on is reached by a stop towards them alone", "USD", NUMBER,
           rank=3),
    Column("other_trade", "Others buy of others",
           "USD, trade in the product of neither: there the supplier could sell instead, or the "
           "consumer buy", "USD", NUMBER, rank=2),
    Column("other_buyers", "Most of it", "the three countries that buy most of it, largest first",
           type=TEXTS, rank=3, ref="place"),
)  # fmt: skip


@checked(COLUMNS, (FIT,))
def leverage(
    catalog: Catalog,
    consumer: str,
    supplier: str,
    *,
    scope: str | None = None,
    period: str | None = None,
    returns: bool = False,
    dataset: str | None = None,
) -> Answer:
    """Set what a country loses if another stops selling beside what that costs, both ways.

    Returns
    -------
    Answer
        One row for each way and product: what ``consumer`` loses if ``supplier`` stops, then the
        other way round; of each the largest lost imports first.

    Raises
    ------
    UsageError
        Unknown name, invalid period, two groups, or a country twice.
    GraphkitError
        None of it is traded; the message lists what is.
    """
    catalog = catalog.using(dataset)
    places = [catalog.place(consumer), catalog.place(supplier)]
    groups = [place for place in places if place.is_group]
    members = [{*bloc(catalog, text)[1]} for text in (consumer, supplier)]
    if members[0] & members[1]:
        raise UsageError(f"found {places[0].key} and {places[1].key}, wanted two apart")
    if len(groups) > 1:
        raise UsageError("found two groups, wanted at least one country")
    goods = catalog.materials.scope(scope)
    supply = supply_of(
        catalog, goods, period, merged=groups[0] if groups else None, returns=returns
    )  # fmt: skip
    keys = [buyer_in(catalog, supply, place) for place in places]
    unseen = unseen_goods(supply, goods.products)
    ways = [
        leverage_of(supply.network, seller, buyer, supply.products_in_scope, unseen)
        for buyer, seller in (keys, keys[::-1])
    ]
    rows = with_scope(pa.concat_tables(ways), supply)
    rows = rows.select(schema_of(COLUMNS).names)
    first, other = (place.in_text for place in places)
    notes = [
        Note(
            "Losses are passed on in proportion through re-exporters and makers of later "
            "products, and nobody buys or sells elsewhere instead: that is beside it. Value is "
            "that of the imports, not of what is made with them."
        ),
        *supply.return_notes(catalog),
        *supply.notes,
    ]  # fmt: skip
    return supply_answer(
        catalog,
        f"Who can take more {goods.meaning} from whom, {first} or {other}?",
        ClaimScope(places[0], places[1], goods, supply.period),
        supply, rows, COLUMNS,
        notes=notes, nothing=Absence("Neither sells any of it to the other."),
        caption=f"Of each product, {supply.in_words}: the imports that one loses if the other "
        "sells to nobody, and the sales to it that the other gives up.",
        more=[supply.ranges_assume],
        grouped_by=("supplier", "consumer"),
    )  # fmt: skip
