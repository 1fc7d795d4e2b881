"""From checked facts to the tables that a database loads; and what the shipped seeds hold."""

import hashlib
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pytest
from seed_texts import SMALL, write_seeds
from test_editions import MADE, SOURCES

from graphkit import __version__
from graphkit.arrow import lean_memory
from graphkit.build import Graph, Part, build_graph
from graphkit.errors import GraphkitError
from graphkit.period import Period
from graphkit.schema import GRAPH
from graphkit.seeds.check import Facts
from graphkit.seeds.facts import read_seeds


def build(folder: Path, **files: str) -> Graph:
    """The graph of the small seeds with some files changed or added."""
    return build_graph(read_seeds(write_seeds(folder, {f"{n}.yaml": t for n, t in files.items()})))


def parts(graph: Graph, kind: str) -> list[Part]:
    return [part for part in graph.parts if part.kind.name == kind]


def rows(graph: Graph, kind: str, *columns: str) -> list[tuple[object, ...]]:
    return [
        tuple(row[name] for name in columns)
        for part in parts(graph, kind)
        for row in part.table.to_pylist()
    ]


def joins(graph: Graph, kind: str) -> dict[tuple[str, ...], int]:
    """Count the edges of a kind by the kinds of node that they join."""
    found: Counter[tuple[str, ...]] = Counter()
    for part in parts(graph, kind):
        found[tuple(k.name for k in part.ends)] += len(part.table)
    return dict(found)


# --- tables ------------------------------------------------------------------------------------


def test_columns_stand_in_the_order_that_a_load_needs(tmp_path):
    for part in build(tmp_path).parts:
        ends = [end.name for end in part.kind.ends]
        assert part.table.column_names == ends + [p.name for p in part.kind.stored]


def test_nodes_come_before_the_edges_that_join_them(tmp_path):
    edges = [part.kind.is_edge for part in build(tmp_path).parts if part.kind.name != "Load"]

    assert edges == sorted(edges)


def test_rows_are_sorted_by_their_identity(tmp_path):
    for part in build(tmp_path).parts:
        identities = [
            tuple(row.values()) for row in part.table.select(part.kind.identity).to_pylist()
        ]
        assert identities == sorted(identities, key=lambda key: [value or "" for value in key])
        keys = part.table[part.kind.key].to_pylist()
        assert len(set(keys)) == len(keys)


def test_a_table_of_an_older_edition_names_the_source_that_replaces_it(tmp_path):
    graph = build(tmp_path, sources=SOURCES, made=MADE)

    assert set(rows(graph, "PRODUCES", "source", "period", "superseded_by")) == {
        ("customs", "2023", None), ("book-1", "2022", None), ("book-1", "2023", "book-3"),
        ("book-2", "2023", "book-3"), ("book-3", "2023", None),
    }  # fmt: skip


def test_two_facts_of_one_fingerprint_are_refused(tmp_path):
    facts = read_seeds(write_seeds(tmp_path))
    twice = pa.concat_tables([facts["EXPORTS"]] * 2)

    with pytest.raises(GraphkitError, match=r"EXPORTS .*fingerprint"):
        build_graph(Facts(facts.schema, {**facts.tables, "EXPORTS": twice}))


def test_counts_are_those_of_the_tables(tmp_path):
    graph = build(tmp_path)

    assert graph.count("EXPORTS") == 3
    assert graph.count("Country") == 4
    assert graph.rows == sum(len(part.table) for part in graph.parts)


# --- links --------------------------------------------------------------------------------------


def test_a_reference_becomes_a_link(tmp_path):
    graph = build(tmp_path)

    assert rows(graph, "AT_STAGE", "product", "stage") == [("ree-metals", "metal")]
    assert rows(graph, "CONTAINS", "product", "element") == [("ree-metals", "Dy")]
    assert joins(graph, "CONTAINS") == {("Product", "Element"): 1}


def test_every_value_of_a_list_becomes_a_link(tmp_path):
    elements = SMALL["elements.yaml"] + (
        "  - {key: Nd, name: Neodymium, type: element, member_of: [REE]}\n"
        "  - {key: REE, name: Rare earths, type: group}\n"
    )
    products = SMALL["products.yaml"].replace("metal}", "metal, used_in: [wires, motors]}")
    areas = SMALL["areas.yaml"] + "  - {iso3: PAIR, name: P, type: group, members: [KOR, NOR]}\n"
    uses = (
        "kind: Application\ndefaults: {source: customs}\nrows:\n  - {key: wires, name: Wires}\n"
        "  - {key: motors, name: Motors}\n"
    )
    graph = build(tmp_path, elements=elements, products=products, areas=areas, uses=uses)

    assert rows(graph, "USED_IN", "application") == [("motors",), ("wires",)]
    assert joins(graph, "MEMBER_OF") == {("Country", "Area"): 2, ("Element", "Element"): 1}
    assert ("KOR", "PAIR") in rows(graph, "MEMBER_OF", "member", "group")


def test_no_link_without_a_value(tmp_path):
    products = SMALL["products.yaml"].replace("metal}", "metal, used_in: []}")

    assert parts(build(tmp_path, products=products), "USED_IN") == []


CLAIM = """\
kind: Claim
defaults: {source: customs, kind: share}
rows:
  - {key: a, consumer: KOR, supplier: WLD, rival: JPN, product: ree-metals, element: Dy}
"""


def test_a_claim_is_about_each_thing_in_its_role(tmp_path):
    graph = build(tmp_path, claims=CLAIM)

    assert set(rows(graph, "ABOUT", "claim", "subject", "role")) == {
        ("a", "KOR", "consumer"),
        ("a", "WLD", "supplier"),
        ("a", "JPN", "rival"),
        ("a", "ree-metals", "product"),
        ("a", "Dy", "element"),
    }
    assert len(set(rows(graph, "ABOUT", "graphkit"))) == 5
    assert joins(graph, "ABOUT") == {
        ("Claim", "Country"): 2,
        ("Claim", "Area"): 1,
        ("Claim", "Product"): 1,
        ("Claim", "Element"): 1,
    }
    assert rows(graph, "CITES", "claim", "source") == [("a", "customs")]


def test_an_edge_says_whether_it_joins_a_country_or_an_area(tmp_path):
    trade = SMALL["trade.yaml"] + "  - {exporter: WLD, importer: NOR, period: 2024, usd: 5}\n"

    assert joins(build(tmp_path, trade=trade), "EXPORTS") == {
        ("Country", "Country"): 3,
        ("Area", "Country"): 1,
    }


# --- dependence ---------------------------------------------------------------------------------


def test_dependence_is_derived_for_each_country_product_and_period(tmp_path):
    columns = ("consumer", "supplier", "period", "year", "share_usd", "rank", "dataset")

    assert rows(build(tmp_path), "DEPENDS_ON", *columns) == [
        ("KOR", "CHN", "2024", 2024, 0.8, 1, "test"),
        ("KOR", "CHN", "2025-Q1", 2025, 1.0, 1, "test"),
        ("KOR", "JPN", "2024", 2024, 0.2, 2, "test"),
    ]


def test_dependence_adds_up_the_codes_of_a_product(tmp_path):
    codes = SMALL["codes.yaml"] + "  - {code: 284690, description: Compounds}\n"
    trade = SMALL["trade.yaml"] + (
        "  - {exporter: CHN, importer: KOR, period: 2024, hs: 284690, usd: 1000}\n"
    )
    graph = build(tmp_path, codes=codes, trade=trade)

    assert graph.count("EXPORTS") == 4
    assert rows(graph, "DEPENDS_ON", "supplier", "usd")[0] == ("CHN", 1800.0)


def test_without_trade_there_is_no_dependence(tmp_path):
    trade = SMALL["trade.yaml"].partition("rows:")[0] + "rows: []\n"
    graph = build(tmp_path, trade=trade)

    assert (graph.count("EXPORTS"), graph.count("DEPENDS_ON")) == (0, 0)


# --- years, keys, digests, the marker -------------------------------------------------------------


@pytest.mark.parametrize(
    ("period", "year"),
    [("2024", 2024), ("2024-H1", 2024), ("2024-Q4", 2024), ("2024-12", 2024), ("2021-2024", 2024)],
)
def test_the_year_is_the_one_a_period_ends_in(tmp_path, period, year):
    trade = SMALL["trade.yaml"].replace("period: 2024", f"period: {period}")

    assert (period, year) in rows(build(tmp_path, trade=trade), "EXPORTS", "period", "year")


def test_the_key_of_an_edge_is_what_makes_it_this_fact(tmp_path):
    def keys(name: str, old: str = "", new: str = "") -> set[int]:
        trade = SMALL["trade.yaml"].replace(old, new)
        return {key for (key,) in rows(build(tmp_path / name, trade=trade), "EXPORTS", "graphkit")}

    before = keys("before")
    assert len(before) == 3
    assert keys("value", "usd: 800", "usd: 801") == before
    assert len(keys("period", "period: 2024", "period: 2023") & before) == 1


def test_parts_of_an_identity_stay_apart(tmp_path):
    holds = (
        "kind: HOLDS\ndefaults: {country: CHN, product: ree-metals, period: 2024}\nrows:\n"
        "  - {basis: 'b|s', source: customs}\n  - {basis: 'b', source: 's|customs'}\n"
        "  - {basis: 'b\\', source: 's|customs'}\n  - {basis: 'b\\|s', source: customs}\n"
    )
    sources = SMALL["sources.yaml"]
    sources += "  - {key: s|customs, title: T, publisher: P, licence: L}\n"

    assert len(set(rows(build(tmp_path, holds=holds, sources=sources), "HOLDS", "graphkit"))) == 4


def digests(graph: Graph) -> set[str]:
    return {d for part in graph.parts for d in part.table["digest"].to_pylist()}


@pytest.mark.parametrize(
    ("file", "old", "new", "changed"),
    [
        ("trade", "usd: 800", "usd: 800.5", {"EXPORTS", "COVERS", "DEPENDS_ON"}),
        ("trade", ", usd: 200", "", {"EXPORTS", "COVERS", "DEPENDS_ON"}),
        ("countries", "name: Norway", "name: NORWAY", {"Country"}),
        ("countries", "aliases: [Korea]", "aliases: [Kor, ea]", {"Country"}),
        ("countries", ", aliases: [Korea]", "", {"Country"}),
        ("elements", "type: element", "type: element, us_2025: false", {"Element"}),
        ("products", "metal}", "metal, aliases: [metals]}", {"Product"}),
        ("contains", "role: main", "role: trace", {"CONTAINS"}),
    ],
)
def test_a_digest_differs_if_any_property_does(tmp_path, file, old, new, changed):
    before = build(tmp_path / "a")
    after = build(tmp_path / "b", **{file: SMALL[f"{file}.yaml"].replace(old, new)})
    new_digests = digests(after) - digests(before)
    kinds = {
        part.kind.name
        for part in after.parts
        if new_digests & set(part.table["digest"].to_pylist())
    }

    assert kinds == {*changed, "Load"}


def test_one_digest_is_one_fact(tmp_path):
    graph = build(tmp_path)

    assert len(digests(graph)) == graph.rows


def test_unknown_and_empty_are_two_things(tmp_path):
    unknown = SMALL["products.yaml"]
    empty = SMALL["products.yaml"].replace("metal}", "metal, aliases: []}")

    assert digests(build(tmp_path / "a", products=unknown)) != digests(
        build(tmp_path / "b", products=empty)
    )


def test_the_marker_counts_and_digests_everything_else(tmp_path):
    graph = build(tmp_path)
    ((key, version, facts, content),) = rows(graph, "Load", "key", "version", "facts", "content")
    by_kind: dict[str, list[int]] = {}
    for part in graph.parts[:-1]:
        by_kind.setdefault(part.kind.name, []).extend(part.table["digest"].to_pylist())
    content_of = b"".join(
        name.encode() + b"".join(d.to_bytes(8, signed=True) for d in sorted(digests))
        for name, digests in sorted(by_kind.items())
        if digests
    )

    assert (key, version, facts) == ("graphkit", __version__, graph.rows - 1)
    assert content == hashlib.sha256(content_of).hexdigest()
    assert graph.parts[-1].kind.name == "Load"


def test_a_schema_without_a_marker_gets_none(tmp_path):
    from graphkit.schema import LOAD, Schema

    schema = Schema(tuple(kind for kind in GRAPH.kinds if kind is not LOAD))
    graph = build_graph(read_seeds(write_seeds(tmp_path), schema))

    assert parts(graph, "Load") == []


# --- the shipped seeds ----------------------------------------------------------------------------


@pytest.fixture
def facts(sliced_facts: Facts) -> Facts:
    return sliced_facts


def column(facts: Facts, kind: str, name: str, **where: object) -> list[object]:
    return [
        row[name]
        for row in facts[kind].to_pylist()
        if all(row[key] == value for key, value in where.items())
    ]


def test_the_shipped_seeds_hold_every_country_of_iso_3166(facts):
    rows = [row for row in facts["Country"].to_pylist() if row["type"] != "former"]
    official = [row for row in rows if row["iso2"]]

    assert len(official) == 249
    assert {len({row[name] for row in official}) for name in ("iso2", "iso3", "name")} == {249}
    assert {"KOR", "NOR", "COD", "CIV", "TWN", "NAM"} <= {row["iso3"] for row in official}


def test_the_shipped_seeds_hold_the_seven_stages_in_order(facts):
    stages = sorted(facts["Stage"].to_pylist(), key=lambda row: row["position"])

    assert [row["key"] for row in stages] == [
        *("mine", "concentrate", "separate", "metal", "alloy", "component", "use"),
    ]
    assert [row["position"] for row in stages] == [1, 2, 3, 4, 5, 6, 7]


def test_the_shipped_seeds_hold_at_least_sixty_products_each_with_element_and_stage(facts):
    products = facts["Product"].to_pylist()

    assert len(products) >= 60
    # A technology, whose export is restricted, contains nothing; a code for all other minerals is
    # no source of one element.
    held = set(column(facts, "CONTAINS", "product"))
    assert {row["key"] for row in products} - held == {
        "mineral-substances", "ree-separation-technology", "synthetic-diamond",
    }  # fmt: skip
    traded = {row["product"] for row in facts["TRADED_AS"].to_pylist()}
    assert len(traded) >= 60
    assert set(column(facts, "TRADED_AS", "fit")) == {"exact", "dominant", "proxy"}


def test_every_element_of_the_lists_has_a_product(facts):
    contained = set(column(facts, "CONTAINS", "element", role="main"))
    us = set(column(facts, "Element", "key", us_2025=True))
    eu = set(column(facts, "Element", "key", eu_2023=True))
    groups = set(column(facts, "Element", "key", type="group"))

    assert len(us) == 60
    assert us <= contained
    # Of the EU's list, no source of the seeds has figures for these three.
    assert eu - groups - contained == set()


@pytest.mark.long
def test_the_shipped_trade_is_complete(facts):
    flows = Counter(
        (row["dataset"], row["hs"], row["period"] if row["hs"] == "850511" else "all")
        for row in facts["EXPORTS"].select(["dataset", "hs", "period"]).to_pylist()
    )

    assert sum(n for (dataset, _, _), n in flows.items() if dataset == "baci-hs92") == 56_942
    assert flows["baci-hs17", "850511", "2022"] == 4441
    assert flows["baci-hs17", "850511", "2024"] == 4415
    assert facts["EXPORTS"].num_rows == 56_942 + 4441 + 4415


@pytest.mark.long
def test_the_shipped_trade_spans_its_years_and_names_no_one_twice(facts):
    years = {
        Period(row["period"]).year
        for row in facts["EXPORTS"].select(["period", "dataset"]).to_pylist()
        if row["dataset"] == "baci-hs92"
    }

    assert years == set(range(1995, 2025))
    pairs = facts["EXPORTS"].select(["exporter", "importer"]).to_pylist()
    assert [row for row in pairs if row["exporter"] == row["importer"]] == []


def test_every_shipped_fact_has_a_source_and_every_source_a_licence(facts):
    sources = set(facts["Source"]["key"].to_pylist())
    without = {
        kind: table["source"].null_count
        for kind, table in facts.tables.items()
        if kind != "Source" and not set(table["source"].unique().to_pylist()) <= sources
    }

    assert without == {}
    assert all(facts["Source"]["licence"].to_pylist())


def test_production_is_there_for_three_years_and_sums_to_what_is_possible(facts):
    periods = Counter(column(facts, "PRODUCES", "period"))

    assert {"2023", "2024", "2025"} <= set(periods)
    assert min(periods[year] for year in ("2023", "2024", "2025")) >= 400
    assert len(set(column(facts, "PRODUCES", "product"))) >= 40


def test_the_starting_story_is_in_the_graph(sliced_graph):
    about = rows(sliced_graph, "DEPENDS_ON", "consumer", "supplier", "product", "period", "rank")

    assert ("KOR", "CHN", "ree-compounds", "2024", 1) in about


def test_a_load_takes_its_memory_from_the_c_library_and_leaves_arrow_its_own():
    before = pa.default_memory_pool().backend_name
    with lean_memory():
        within = pa.default_memory_pool().backend_name

    assert within == "system" != before
    assert pa.default_memory_pool().backend_name == before


def test_every_part_holds_unique_keys(sliced_graph):
    keys: dict[str, list[str]] = {}
    for part in sliced_graph.parts:
        keys.setdefault(part.kind.name, []).extend(part.table[part.kind.key].to_pylist())

    assert {kind for kind, every in keys.items() if len(set(every)) < len(every)} == set()
    assert len(digests(sliced_graph)) == sliced_graph.rows
