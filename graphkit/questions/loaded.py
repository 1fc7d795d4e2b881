"""Every fact of a database that claims are held against."""

from __future__ import annotations

import pyarrow as pa

from graphkit.analysis.loaded import Loaded
from graphkit.queries import rows_of
from graphkit.questions.facts import Facts


def read_loaded(facts: Facts) -> Loaded:
    """All trade and production, with what products hold and which groups there are."""
    store = facts.store
    members = [rows_of(store, name) for name in ("area-members", "element-groups")]
    return Loaded(
        flows=_all(facts, "trade"),
        production=all_production(facts),
        products=rows_of(store, "products"),
        contents=rows_of(store, "elements-of-products"),
        members=pa.concat_tables(
            (table.select(["parent", "member"]) for table in members), promote_options="default"
        ),
        areas=rows_of(store, "areas"),
        codes=rows_of(store, "code-fits"),
    )


def all_production(facts: Facts) -> pa.Table:
    """Every published figure of production."""
    return _all(facts, "production")


def _all(facts: Facts, query: str) -> pa.Table:
    """What a query of some products and periods gives for all that there are."""
    there = rows_of(facts.store, f"{query}-periods")
    products, periods = (sorted(set(there[n].to_pylist())) for n in ("product", "period"))
    return rows_of(facts.store, query, products=products, periods=periods)
