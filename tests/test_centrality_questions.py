"""Who is central: as networkx says of the trade tables, equal on both databases, honest."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from databases import trade_tables
from long_cases import others_long
from pyarrow import parquet
from saying import unsaid
from seed_texts import SMALL

from graphkit.answers.answer import Answer
from graphkit.answers.note import words_of_notes
from graphkit.api import Session
from graphkit.cli.app import run
from graphkit.errors import GraphkitError, UsageError
from graphkit.questions.markets.centrality import DEFAULT
from graphkit.render.formats import answer_text
from graphkit.render.json import as_object, json_text

RARE_EARTHS = "rare earths"


def network(period: str, measure: str, *products: str) -> nx.DiGraph:
    """The shipped tables added up by pair, without graphkit."""
    sums: dict[tuple[str, str], float] = defaultdict(float)
    for path in trade_tables():
        for row in parquet.read_table(path).to_pylist():
            row.setdefault("period", path.stem[-4:])
            row.setdefault("product", "magnets-metal")
            if row["period"] == period and row["product"] in products and row.get(measure):
                scale = 1000 if measure == "usd" else 1
                sums[row["exporter"], row["importer"]] += scale * row[measure]
    graph = nx.DiGraph()
    for (seller, buyer), flow in sums.items():
        graph.add_edge(seller, buyer, weight=flow, distance=1 / flow)
    return graph


def column(answer: Answer, name: str) -> dict[str, float]:
    keys, values = answer.rows["country"].to_pylist(), answer.rows[name].to_pylist()
    return dict(zip(keys, values, strict=True))


# --- the numbers


@pytest.mark.parametrize("by", ["usd", "tonnes"])
def test_scores_are_those_of_networkx_on_the_trade_tables(ask, by):
    answer = ask.centrality(scope="2846", period="2024", by=by)
    plain = network("2024", by, "ree-compounds")
    everyone = sum(flow for *_, flow in plain.edges(data="weight"))

    tight = {"tol": 1e-15, "max_iter": 1000}
    betweenness = nx.betweenness_centrality(plain, weight="distance")
    assert column(answer, "betweenness") == pytest.approx(betweenness, abs=1e-12)
    assert column(answer, "pagerank") == pytest.approx(nx.pagerank(plain, **tight), rel=1e-9)
    assert column(answer, "cheirank") == pytest.approx(
        nx.pagerank(plain.reverse(), **tight), rel=1e-9
    )
    assert column(answer, "strength_out") == pytest.approx(dict(plain.out_degree(weight="weight")))
    for row in answer.rows.to_pylist():
        assert row["throughput"] == pytest.approx(
            min(row["strength_in"], row["strength_out"]) / everyone
        )
        assert (row["nodes"], row["pairs"]) == (len(plain), plain.number_of_edges())


def test_flows_of_all_products_in_scope_are_one_network_that_the_coverage_lists(ask):
    answer = ask.centrality(scope=RARE_EARTHS, period="2024")
    products = ["magnets-metal", "ree-compounds", "ree-metals"]
    plain = network("2024", "usd", *products)

    assert column(answer, "strength_in") == pytest.approx(dict(plain.in_degree(weight="weight")))
    assert [(series.product, series.dataset) for series in answer.coverage.series] == [
        ("magnets-metal", "baci-hs17"), ("ree-compounds", "baci-hs92"), ("ree-metals", "baci-hs92"),
    ]  # fmt: skip
    assert any(unsaid(note, "added up by value") == [] for note in words_of_notes(answer.notes))
    row = answer.rows.to_pylist()[0]
    assert row["products"] == "+".join(products)
    assert row["source"] == "cepii-baci-hs17+cepii-baci-hs92"
    assert {"cepii-baci-hs17", "cepii-baci-hs92"} <= set(answer.sources["key"].to_pylist())


@pytest.mark.long
def test_the_hubs_of_rare_earth_trade_year_by_year(ask):
    answer = ask.centrality(scope=RARE_EARTHS, over_time=True)
    rows = answer.rows.to_pylist()
    years = [str(year) for year in range(1995, 2025)]

    assert list(dict.fromkeys(row["period"] for row in rows)) == years
    for year in ("1995", "2010", "2024"):
        plain = network(year, "usd", "ree-compounds", "ree-metals")
        wanted = nx.betweenness_centrality(plain, weight="distance")
        found = {row["country"]: row["betweenness"] for row in rows if row["period"] == year}
        assert found == pytest.approx(wanted, abs=1e-12)
    firsts = [row["country"] for row in rows if row["rank"] == 1]
    said = next(
        note for note in words_of_notes(answer.notes) if note.startswith("First by Betweenness")
    )
    assert all(f"{country} {firsts.count(country)}" in said for country in set(firsts))


def test_over_time_one_hs_code_is_asked_for_as_in_one_period(ask):
    every = ask.centrality(scope="284690", over_time=True, top=2).rows.to_pylist()
    newest = every[-1]["period"]

    one = ask.centrality(scope="284690", period=newest, top=2).rows.to_pylist()
    assert [row for row in every if row["period"] == newest] == one
    assert {row["hs"] for row in one} == {"284690"}


@pytest.mark.long
def test_over_time_a_product_that_lacks_periods_is_left_out_of_all(ask):
    answer = ask.centrality(scope=RARE_EARTHS, over_time=True, top=1)

    assert set(answer.rows["products"].to_pylist()) == {"ree-compounds+ree-metals"}
    assert (
        unsaid(words_of_notes(answer.notes)[0], "Metal magnets: left out … only … 2022, 2024") == []
    )
    assert "magnets-metal" not in answer.coverage.without_trade
    assert [series.period for series in answer.coverage.series] == ["1995 to 2024 (30 periods)"] * 2
    assert len(answer.rows) == 30


def test_only_the_first_ranks_and_the_larger_flows(ask):
    whole = ask.centrality(scope="ree-metals", period="2024", min_flow=1e6)
    some = ask.centrality(scope="ree-metals", period="2024", min_flow=1e6, top=3)
    flows = [flow for *_, flow in network("2024", "usd", "ree-metals").edges(data="weight")]

    assert some.rows["rank"].to_pylist() == [1, 2, 3]
    assert some.rows.equals(whole.rows.slice(0, 3))
    assert set(whole.rows["pairs"].to_pylist()) == {sum(flow >= 1e6 for flow in flows)}
    kept = sum(flow for flow in flows if flow >= 1e6) / sum(flows)
    assert whole.rows["flow_share"][0].as_py() == pytest.approx(kept)
    assert unsaid(whole.caption, "smallest flow … 1e+06 USD") == []


@pytest.mark.parametrize(
    ("question", "given"),
    [("centrality", {}), ("centrality", {"over_time": True, "top": 1}),
     ("layered_centrality", {"measures": DEFAULT})],
)  # fmt: skip
def test_every_answer_says_how_scores_are_normalised(ask, question, given):
    answer = getattr(ask, question)(scope="ree-metals", **given)

    text = " ".join(answer_text(answer).split())
    assert unsaid(text, "smallest flow … any above 0") == []
    assert unsaid(text, "Betweenness: … (n-1)(n-2) ordered pairs … distance 1/flow") == []
    assert unsaid(answer.units["pagerank"], "sums to 1", "damping 0.85", "uniform jumps") == []


def test_by_mass_every_period_says_what_gives_none(ask):
    answer = ask.centrality(scope="ree-metals", by="tonnes", over_time=True, top=1)
    flows = [
        row for path in trade_tables()
        for row in parquet.read_table(path).to_pylist()
        if row.get("product") == "ree-metals" and row["period"] == "1995"
    ]  # fmt: skip
    unweighed = sum(row["usd"] for row in flows if row["tonnes"] is None)

    first = answer.rows.to_pylist()[0]
    assert first["missing_tonnes_share"] == pytest.approx(
        unweighed / sum(row["usd"] for row in flows)
    )
    assert answer.headers["missing_tonnes_share"] == "No weight"
    assert first["missing_tonnes_share"] > 0


def test_the_layers_of_a_chain_are_joined_by_shares(ask):
    answer = ask.layered_centrality(scope=RARE_EARTHS, period="2024", measures=["strength_in"])
    rows = answer.rows.to_pylist()
    pools: dict[str, float] = defaultdict(float)
    for row in rows:
        pools[row["product"]] += row["strength_in"]

    assert {row["stage"] for row in rows} == {"mine", "separate", "metal", "component"}
    assert pools["rare-earth-ore"] == 0
    assert all(0 < pools[p] <= 1 + 1e-12 for p in ("ree-compounds", "ree-metals", "magnets-metal"))
    assert unsaid(words_of_notes(answer.notes)[0], "edge … share … pools of a product") == []
    assert {series.product for series in answer.coverage.series} == set(pools) - {"rare-earth-ore"}


def test_closeness_comes_with_a_hint_unless_small_flows_are_left_out(ask):
    def hinted(**options):
        answer = ask.centrality(scope="ree-metals", measures=["closeness_in"], **options)
        return any("`min_flow`" in note for note in words_of_notes(answer.notes))

    assert hinted()
    assert not hinted(min_flow=1000)


# --- both databases


@pytest.mark.parametrize(
    ("verb", "options"),
    others_long(
        [
            ("centrality", {"scope": RARE_EARTHS, "by": "tonnes", "min_flow": 1}),
            ("centrality", {"scope": "ree-metals", "over_time": True, "top": 2}),
            ("layered_centrality", {"scope": "Dy"}),
        ],
        1,
    ),
    ids=["one period", "over time", "layered"],
)
def test_both_databases_give_the_same_answer_byte_for_byte(stores, verb, options):
    texts = {
        json_text(as_object(getattr(Session(store), verb)(**options))) for store in stores.values()
    }

    assert len(texts) == 1


# --- what must not be added up

TWO = {
    "codes.yaml": SMALL["codes.yaml"] + "  - {code: 2805, description: Metals of several kinds}\n"
    "  - {code: 280540, description: Other metals}\n",
    "products.yaml": SMALL["products.yaml"]
    + "  - {key: dy-metal, name: Dysprosium metal, stage: metal}\n",
    "contains.yaml": SMALL["contains.yaml"] + "  - {product: dy-metal, element: Dy, role: main}\n",
}


@pytest.mark.long
def test_of_two_reports_of_the_same_goods_the_importers_counts(embedded_of):
    again = "".join(
        f"  - {{exporter: CHN, importer: {buyer}, period: {when}, usd: 790, reporter: exporter, "
        "dataset: exporters}\n"
        for buyer, when in (("KOR", "2024"), ("NOR", "2024"), ("NOR", "2023"))
    )
    alone = embedded_of()
    central, traced = alone.centrality(period="2024"), alone.origins("KOR", period="2024")
    graph = embedded_of({"trade.yaml": SMALL["trade.yaml"] + again})

    found = graph.centrality(period="2024")
    assert found.rows == central.rows
    assert (
        unsaid(words_of_notes(found.notes)[0], "Rare-earth metals: exporters … more than a tenth")
        == []
    )
    before = graph.centrality(period="2023")
    assert (before.rows["country"].to_pylist(), before.notes) == (["CHN", "NOR"], ())
    behind = graph.origins("KOR", period="2024")
    assert behind.rows == traced.rows
    assert found.notes[0] in behind.notes


@pytest.mark.long
def test_of_two_data_sets_a_network_holds_the_preferred_or_the_chosen_one(embedded_of):
    again = "  - {exporter: CHN, importer: NOR, period: 2024, usd: 790, dataset: other}\n"
    alone, graph = embedded_of(), embedded_of({"trade.yaml": SMALL["trade.yaml"] + again})

    assert graph.centrality(period="2024").rows == alone.centrality(period="2024").rows
    chosen = graph.centrality(period="2024", dataset="other")
    assert chosen.rows["country"].to_pylist() == ["CHN", "NOR"]
    with pytest.raises(UsageError, match="`dataset`: found 'x', wanted one of test, d, other"):
        graph.centrality(dataset="x")


def test_a_code_and_one_inside_it_are_not_added_up(embedded_of):
    wider = (
        "  - {exporter: CHN, importer: JPN, period: 2024, usd: 9, hs: 2805, product: dy-metal}\n"
    )
    graph = embedded_of(TWO, {"trade.yaml": SMALL["trade.yaml"] + wider})

    both = r"dysprosium metal HS 2805 .*rare-earth metals HS 280530"
    with pytest.raises(GraphkitError, match=both):
        graph.centrality(period="2024")
    assert len(graph.centrality(scope="product:dy-metal").rows) == 2


@pytest.mark.long
def test_masses_of_two_bases_are_not_added_up(embedded_of):
    row = (
        "  - {exporter: CHN, importer: JPN, period: 2024, usd: 9, tonnes: 1, hs: 280540, "
        "product: dy-metal, basis: metal}\n"
    )
    gross = SMALL["trade.yaml"].replace("reporter: importer", "basis: gross, reporter: importer")
    graph = embedded_of(TWO, {"trade.yaml": gross + row})

    bases = r"bases .*gross: rare-earth metals; metal: dysprosium"
    with pytest.raises(GraphkitError, match=bases):
        graph.centrality(period="2024", by="tonnes")
    assert len(graph.centrality(period="2024").rows) == 3


def test_a_total_is_not_a_node(embedded_of):
    world = "  - {exporter: CHN, importer: WLD, period: 2024, usd: 5000}\n"
    answer = embedded_of({"trade.yaml": SMALL["trade.yaml"] + world}).centrality(period="2024")

    assert sorted(answer.rows["country"].to_pylist()) == ["CHN", "JPN", "KOR"]
    assert answer.coverage.flows_left_out == 1


# --- the command


@pytest.fixture
def command(sliced_file: Path, capfd: pytest.CaptureFixture[str]) -> Any:
    def ran(*arguments: str) -> tuple[int, str, str]:
        code = run(["centrality", "--db", str(sliced_file), *arguments])
        return code, *capfd.readouterr()

    return ran


def test_a_table_has_the_first_ranks_and_data_have_all(command):
    _, table, _ = command(
        "--for", "ree-metals", "--period", "2024", "-f", "markdown", "--top", "15"
    )
    _, data, _ = command("--for", "ree-metals", "--period", "2024", "-f", "json")

    rows = json.loads(data)["rows"]
    assert sum(line.startswith("| ") for line in table.splitlines()) == 16
    assert len(rows) == rows[0]["nodes"] > 16


def test_over_time_a_table_has_one_row_a_period(command):
    code, table, _ = command("--for", RARE_EARTHS, "--over-time", "-f", "markdown")
    lines = [line for line in table.splitlines() if line.startswith("| ")]

    assert code == 0
    assert lines[0].startswith("| Period | Rank | Country | Betweenness |")
    assert [line[2:6] for line in lines[1:]] == [str(year) for year in range(1995, 2025)]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--period", "1990"], 1, "no trade … 1990 … 30 periods"),
        (["--period", "20x4"], 2, "--period: '20x4'"),
        (["--for", "lithium"], 1, "no trade … lithium (Li)"),
        (["--measure", "pagerang"], 2, "--measure: … 'pagerang' … strength_in"),
        (["--measure", "hub,hub"], 2, "--measure: … hub, hub … once"),
        (["--min-flow", "1e15"], 1, "no flow … 1e+15 … largest"),
        (["--min-flow", "-1"], 2, "--min-flow: … -1 … 0 or more"),
        (["--by", "kg"], 2, "--by: … 'kg' … usd, tonnes"),
        (["--top", "0"], 2, "--top: … 0 … 1 or more"),
        (["--over-time", "--period", "2024"], 2, "--over-time … every period"),
        (["--over-time", "--layered"], 2, "--layered … one period"),
        (["--layered", "--for", "284690"], 1, "rare-earth compounds"),
    ],
)
def test_what_is_not_a_question_is_one_clear_line(command, arguments, code, said):
    got, out, err = command(*arguments)

    assert (got, out) == (code, "")
    assert unsaid(err, said) == []
    assert err.startswith("graphkit: ")
    assert err.count("\n") == 1


def test_a_name_that_means_nothing_is_refused(ask):
    with pytest.raises(UsageError, match="unobtainium"):
        ask.centrality(scope="unobtainium")
