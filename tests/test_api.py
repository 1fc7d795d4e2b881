"""The Python API: its documentation runs, and its answers turn into what other tools take."""

from __future__ import annotations

import doctest
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import networkx as nx
import pandas as pd
import pyarrow as pa
import pytest
from long_cases import others_long
from pyarrow import parquet
from saying import unsaid

import graphkit
from graphkit.api import Session
from graphkit.cli.app import run
from graphkit.errors import GraphkitError, UsageError
from graphkit.questions.registry import VERBS
from graphkit.render.answer import supporting_sources

DOCS = Path(__file__).parent.parent / "docs"


@pytest.fixture
def graph(sliced_file: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    monkeypatch.setenv("GRAPHKIT_DB", str(sliced_file))
    with graphkit.open() as graph:
        yield graph


def test_the_documentation_runs(sliced_file, monkeypatch):
    monkeypatch.setenv("GRAPHKIT_DB", str(sliced_file))
    outcome = doctest.testfile(str(DOCS / "python.md"), module_relative=False)

    assert outcome.failed == 0
    assert outcome.attempted > 15


def test_a_reply_is_what_the_command_line_writes(graph, capsysbinary):
    reply = graph.depends("KOR", on="CHN", scope="rare earths", period="2024")

    assert run(["depends", "KOR", "--on", "CHN", "--for", "rare earths", "--period", "2024",
                "-f", "json"]) == 0  # fmt: skip
    assert capsysbinary.readouterr().out.decode() == reply.to_json() + "\n"
    assert json.loads(reply.to_json())["rows"] == reply.rows.to_pylist()
    assert str(reply).startswith(repr(reply).partition("\n")[0])
    assert "\nNotes\n" in str(reply)


def test_the_repr_of_a_reply_is_one_screen(graph):
    answer = graph.depends("KOR", on="CHN", scope="rare earths", period="2024")
    lines = repr(answer).splitlines()

    assert " ".join(lines).startswith(f"{answer.headline} {answer.question} ")
    assert unsaid(lines[-1], f"{len(answer.notes)} notes", "print(answer)") == []
    assert len(lines) <= 40
    assert len(repr(graph.trend("KOR")).splitlines()) <= 40


class Cells(HTMLParser):
    """The texts of each kind of tag."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, list[str]] = {}
        self.open: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if data.strip():
            self.found.setdefault(self.open[-1], []).append(data)


def test_a_notebook_shows_a_table_in_which_no_data_is_markup(graph):
    answer = graph.suppliers("KOR", scope="ree-metals", period="2024")
    page = Cells()
    page.feed(answer._repr_html_())
    assert page.open == []
    assert "China" in page.found["td"]
    assert "80.2 %" in page.found["td"]
    assert page.found["strong"][0] == answer.headline
    assert answer.question in page.found["p"]

    reply = graph.depends("KOR", scope="ree-metals", period="2024")
    hostile = type(reply)(**{**vars(reply), "question": "<script>alert(1)</script> & \x1b[1m"})
    assert "<script>" not in hostile._repr_html_()
    assert "\x1b" not in hostile._repr_html_()


def test_rows_become_frames_and_edges_with_nothing_lost(graph):
    reply = graph.suppliers("JPN", scope="ree-metals", period="2024")

    assert pa.Table.from_pandas(reply.to_pandas()).to_pylist() == reply.rows.to_pylist()
    assert reply.to_polars().to_arrow().to_pylist() == reply.rows.to_pylist()
    assert list(reply) == reply.rows.to_pylist() == pd.DataFrame(reply).to_dict("records")
    assert len(reply) == len(reply.rows) > 1
    edges = reply.to_networkx()
    assert edges.number_of_edges() == len(reply.rows)
    assert edges["VNM"]["JPN"][0]["share_usd"] == reply.rows["share_usd"][0].as_py()
    with pytest.raises(GraphkitError, match="no supplier and consumer"):
        graph.cascade("CHN", scope="ree-compounds").to_networkx()


METHODS = {
    name: verb
    for name, verb in vars(Session).items()
    if hasattr(verb, "__wrapped__") and name not in ("supply_network", "trade")
}


def test_every_command_has_a_method_of_its_name():
    assert {re.sub("[ -]", "_", verb.name) for verb in VERBS} <= set(METHODS)


def test_an_answer_is_written_in_the_format_of_the_ending(graph, tmp_path):
    answer = graph.depends("KOR", on="CHN", scope="rare earths", period=2024)
    for ending in ("json", "csv", "svg"):
        answer.write(tmp_path / f"korea.{ending}")
    answer.to_parquet(str(tmp_path / "korea.parquet"))

    assert (tmp_path / "korea.json").read_text("utf-8") == answer.to_json() + "\n"
    assert (tmp_path / "korea.csv").read_text("utf-8").startswith("consumer,")
    assert (tmp_path / "korea.svg").read_text("utf-8").startswith("<svg")
    kept = parquet.read_table(tmp_path / "korea.parquet")
    assert kept.to_pylist() == answer.rows.to_pylist()
    assert json.loads(kept.schema.metadata[b"graphkit"])["headline"] == answer.headline
    with pytest.raises(UsageError, match=r"'\.xls'.*\.csv"):
        answer.write(tmp_path / "korea.xls")


def test_a_citation_has_the_answer_and_each_source_with_version_and_licence(graph):
    answer = graph.depends("KOR", on="CHN", scope="rare earths", period=2024)
    text, entries = answer.cite(), answer.cite("bibtex")
    used = supporting_sources(answer)
    sources = [source for source in answer.sources.to_pylist() if source["key"] in used]

    headline, unsettled, question, *_ = text.splitlines()
    assert headline == answer.headline
    assert unsettled.startswith("Provisional: figures of 2024 (cepii-baci-")
    assert question.startswith("Question: graphkit depends KOR ")
    assert len(re.findall(r"^- ", text, re.MULTILINE)) == len(sources) >= 1
    assert re.findall(r"^@misc{(.+),$", entries, re.MULTILINE) == [
        f"graphkit-{text[-8:]}", *(source["key"] for source in sources)
    ]  # fmt: skip
    assert f"  recheck = {{{text.split()[-1]}}}," in entries
    assert entries.count("{") == entries.count("}")
    assert all(source["version"] for source in sources if source["publisher"] == "CEPII")
    for source in sources:
        stated = [source["title"], source["licence"], source["version"], source["url"]]
        assert all(part in text for part in stated if part)
    with pytest.raises(UsageError, match=r"'ris'.* text, bibtex"):
        answer.cite("ris")


def test_the_citation_file_has_the_version():
    lines = (DOCS.parent / "CITATION.cff").read_text("utf-8").splitlines()

    assert f"version: {graphkit.__version__}" in lines


def test_nodes_and_maps_arrive_as_dictionaries(graph):
    statement = "MATCH (c:Country {iso3: $c}) RETURN c, {n: [1, null]} AS m, 1 AS one"
    [record] = graph.records(statement, c="KOR")

    assert (record["c"]["label"], record["c"]["properties"]["iso2"]) == ("Country", "KR")
    assert (record["m"], record["one"]) == ({"n": [1, None]}, 1)


def test_parameters_of_a_query_are_numbers_and_lists_too(graph):
    given = {"supplier": "CHN", "period": "2024", "min_share": "0.9", "min_usd": "0"}
    as_text = graph.query("dependents-of-supplier", **given)

    given |= {"period": 2024, "min_share": 0.9, "min_usd": 0}
    assert graph.query("dependents-of-supplier", **given).equals(as_text)
    balances = graph.query("balances", countries=["USA"])
    assert balances.equals(graph.query("balances", countries="USA"))


@pytest.mark.parametrize("options", others_long([{}, {"facts": True, "conversions": True}], 1))
def test_a_network_is_written_as_graphml(graph, options):
    network = graph.supply_network("rare earths", period=2024).to_networkx(**options)
    text = "\n".join(nx.generate_graphml(network))

    assert nx.parse_graphml(text).number_of_edges() == network.number_of_edges()
    with pytest.raises(UsageError, match=r"^period: .*\b2\b.*\bone\b"):
        graph.supply_network("rare earths", period=[2023, 2024])


@pytest.mark.parametrize("name", METHODS)
def test_a_method_says_what_it_takes_and_returns_an_answer(name):
    method = METHODS[name]

    assert "Parameters\n    ----------\n" in method.__doc__
    assert method.__wrapped__.__annotations__["return"] == "Answer"


def test_what_is_wrong_is_raised_with_the_words_of_the_command_line(graph):
    with pytest.raises(UsageError, match=r"'Koreaa'.*South Korea \(KOR\)"):
        graph.depends("Koreaa")
    with pytest.raises(UsageError, match=r"`who`: .*\b2\b.*\bone\b.*\+"):
        graph.disrupt(["CHL", "CHN"])
    with pytest.raises(UsageError, match=r"`loss`: found 2 values, wanted one$"):
        graph.disrupt("CHN", loss=[0.1, 0.5])
    with pytest.raises(UsageError, match="not read-only"):
        graph.cypher("MATCH (n) DELETE n")
    with pytest.raises(UsageError, match=r"'sole-supliers'.*sole-suppliers"):
        graph.query("sole-supliers")
    with pytest.raises(GraphkitError, match="nowhere"), graphkit.open("/nowhere/x.duckdb") as other:
        other.depends("KOR")


@pytest.mark.long
def test_an_unknown_keyword_is_told_the_ones_there_are(graph):
    taken = r"suppliers: .*'for_'; it takes consumer, scope \(--for\), period, dataset$"
    with pytest.raises(TypeError, match=taken):
        graph.suppliers("KOR", for_="magnets")


@pytest.mark.long
def test_trade_is_all_flows_of_all_periods_with_their_units(graph):
    flows = graph.trade("rare earths")
    rows = flows.to_pylist()
    trend = graph.trend("KOR", scope="rare earths").rows.to_pylist()

    assert flows.column_names[:4] == ["period", "supplier", "consumer", "product"]
    assert [flows.schema.field(n).metadata for n in ("usd", "tonnes")] == [
        {b"unit": b"USD"}, {b"unit": b"t"},
    ]  # fmt: skip
    assert [r["period"] for r in rows] == sorted(r["period"] for r in rows)
    for row in trend:
        bought = [
            r["usd"] for r in rows
            if (r["consumer"], r["product"], r["period"]) == ("KOR", row["product"], row["period"])
        ]  # fmt: skip
        assert sum(bought) == pytest.approx(row["usd"])
    with pytest.raises(GraphkitError, match="no trade"):
        graph.trade("dy-oxide")
