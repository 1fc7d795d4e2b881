"""The command line runs free Cypher and query files."""

from __future__ import annotations

import re
from typing import Any

import pytest
import test_cli
from long_cases import others_long
from saying import unsaid
from seed_texts import write_seeds
from test_cli import Outcome, rows_of

from graphkit.queries import find_query, query_names

graphkit = test_cli.graphkit

# --- cypher


def test_cypher_is_read_from_an_argument_a_file_or_stdin(graphkit, tmp_path):
    text = "RETURN 'KOR' AS iso3 // ünï\n"
    wanted = Outcome(0, "iso3\nKOR\n", "")
    path = tmp_path / "x.cypher"
    path.write_text(text, encoding="utf-8-sig")

    assert graphkit("cypher", text) == wanted
    assert graphkit("cypher", "-i", str(path)) == wanted
    assert graphkit("cypher", stdin=text) == wanted
    assert graphkit("cypher", "-i", "-", stdin=text) == wanted
    assert graphkit("cypher", stdin="").code == 2
    assert graphkit("cypher", stdin="x" * 200_000).code == 2


def test_a_file_that_is_not_text_is_refused(graphkit, tmp_path):
    path = tmp_path / "x.cypher"
    path.write_bytes(b"RETURN '\xff' AS x")
    assert "UTF-8" in graphkit("cypher", "-i", str(path)).err
    assert "as a query file" in graphkit("query", str(path)).err


@pytest.mark.parametrize(
    ("given", "value"),
    others_long(
        [("1", 1), ("true", True), ("KOR", "KOR"), ('"2024"', "2024"), ("0102", "0102"),
         ('["CHN", "KOR"]', ["CHN", "KOR"]), ("-0.5", -0.5), ("2024-Q1", "2024-Q1"),
         ("a=b", "a=b"), ("", ""), ("NaN", "NaN"), ("ünï", "ünï"), ("1_000", "1_000"),
         ("null", None)], 6,
    ),
)  # fmt: skip
def test_parameters_of_free_cypher_are_json_or_text(graphkit, given, value):
    outcome = graphkit("cypher", "RETURN $x AS x", "-P", f"x={given}", "-f", "json")
    assert rows_of(outcome) == [{"x": value}]


@pytest.mark.parametrize("given", ['{"a": 1}', str(2**63), "[" * 100_000])
def test_parameters_that_no_database_takes_are_refused(graphkit, given):
    outcome = graphkit("cypher", "RETURN $x AS x", "-P", f"x={given}", "-f", "json")
    if given.startswith("[["):
        assert rows_of(outcome) == [{"x": given}]  # too deep for JSON: text
        return
    assert outcome.code == 2
    assert outcome.err.startswith("graphkit: parameter x: found ")


def test_no_rows_is_said_on_stderr_only_where_a_person_reads(graphkit):
    statement = "MATCH (c:Country {iso3: 'XXX'}) RETURN c.name AS name"
    assert graphkit("cypher", statement, "-f", "csv") == Outcome(0, "name\n", "")
    table = graphkit("cypher", statement, "-f", "table")
    assert (table.out, table.err) == (" name\n ────\n", "graphkit: no rows\n")


def test_a_number_that_found_nothing_is_offered_as_text(graphkit):
    outcome = graphkit("cypher", "UNWIND [1] AS x WITH x WHERE x = $x RETURN x", "-P", "x=280530")
    assert outcome.err == ("graphkit: note: x was taken as a number; as text: -P 'x=\"280530\"'\n")


@pytest.mark.parametrize(("statement", "parameter", "told"), [
    ("MATCH (c:Country {name: 'Korea'}) RETURN c.iso3", "",
     "'Korea' is (:Country {iso3: 'KOR', name: 'South Korea'})"),
    ("MATCH (c:Country {iso3: 'S\\u00fcdkorea'}) RETURN c", "",
     "'Südkorea' is (:Country {iso3: 'KOR', name: 'South Korea'})"),
    ("MATCH (e:Element {key: $what}) RETURN e", "what=dysprosium",
     "'dysprosium' is (:Element {key: 'Dy', name: 'Dysprosium'})"),
    ("MATCH (c:Country {iso3: 'XXX'}) RETURN c", "", ""),
    ("MATCH (c:Country {iso3: 'KOR', name: 'x'}) RETURN c", "", ""),
])  # fmt: skip
def test_a_name_that_is_no_key_leads_to_its_node(graphkit, statement, parameter, told):
    outcome = graphkit("cypher", statement, *(["-P", parameter] if parameter else []))

    assert (outcome.code, outcome.err) == (0, f"graphkit: note: {told}\n" if told else "")


@pytest.mark.parametrize(
    "command", [["centrality", "--for", "magnets"], ["compare", "2023", "2024", "--of", "KOR"]]
)
def test_a_table_to_read_has_the_first_rows(graphkit, command):
    read, whole = (graphkit(*command, "-f", "table", *more) for more in ((), ("--top", "99")))

    assert read.code == whole.code == 0, read.err + whole.err
    assert 0 < read.out.count("\n") < whole.out.count("\n")


@pytest.mark.long
def test_the_database_is_an_option_or_in_the_environment(graphkit, monkeypatch, tmp_path):
    path = tmp_path / "small.duckdb"
    seeds = write_seeds(tmp_path / "seeds")
    assert graphkit("load", str(seeds), "--db", str(path)).code == 0

    count = ("cypher", "MATCH (c:Country) RETURN count(*) AS n")
    assert graphkit(*count, "--db", str(path)).out == "n\n4\n"
    assert graphkit(*count).out != "n\n4\n"
    monkeypatch.setenv("GRAPHKIT_DB", str(path))
    assert graphkit(*count, db=False).out == "n\n4\n"


@pytest.fixture
def neo4j_uri(neo4j_server, monkeypatch):
    """The address of the tests' Neo4j, with its login in the environment."""
    uri, user, password = neo4j_server
    monkeypatch.setenv("NEO4J_USERNAME", user)
    monkeypatch.setenv("NEO4J_PASSWORD", password)
    return uri


@pytest.mark.parametrize(
    "arguments",
    [("depends", "KOR", "--on", "CHN", "--for", "rare earths", "-f", "table"),
     ("query", "suppliers-of-country", "-P", "consumer=korea", "-f", "markdown")],
)  # fmt: skip
@pytest.mark.usefixtures("stores")
def test_a_neo4j_answers_the_same_through_the_command_line(graphkit, neo4j_uri, arguments):
    assert graphkit(*arguments, "--db", neo4j_uri) == graphkit(*arguments)


@pytest.mark.usefixtures("stores")
def test_a_label_that_a_neo4j_lacks_is_noted_beside_no_rows(graphkit, neo4j_uri):
    unknown = graphkit("cypher", "MATCH (n:Nothing) RETURN n AS n", "--db", neo4j_uri)

    assert unknown.code == 0
    assert "Nothing" in unknown.err


# --- queries


def test_query_lists_all_and_shows_the_text_of_one(graphkit, tmp_path):
    listed = rows_of(graphkit("query", "-f", "json"))
    assert [row["name"] for row in listed] == query_names()
    assert all(row["title"] for row in listed)
    one = graphkit("query", "suppliers-of-country", "--text")
    assert one.out.startswith("// title: ")
    path = tmp_path / "x.cypher"
    to_file = graphkit("query", "suppliers-of-country", "--text", "-o", str(path))
    assert to_file == Outcome(0, "", "")
    assert path.read_text() == one.out
    assert graphkit("query", str(path), "-P", "consumer=JPN").code == 0


@pytest.mark.long
def test_a_query_takes_any_name_of_what_its_parameters_name(graphkit):
    def rows(**given: str) -> list[dict[str, Any]]:
        pairs = [part for k, v in given.items() for part in ("-P", f"{k}={v}")]
        return rows_of(graphkit("query", "suppliers-of-country", *pairs, "-f", "json"))

    assert rows(consumer="Korea, Republic of", product="rare earth metals", period="2024") == rows(
        consumer="KOR", product="ree-metals"
    )


@pytest.mark.parametrize(
    ("query", "given", "keys"),
    others_long(
        [("us-import-sources", "material=antimony", "material=Sb"),
         ("us-import-sources", "material=Antimon,tungstène", "material=Sb,W"),
         ("us-import-sources", "material=seltene erden", "material=REE"),
         ("reported-trade", "products=rare earth metals", "products=ree-metals"),
         ("production", "products=rare-earth ore", "products=rare-earth-ore"),
         ("products-of-elements", "elements=희토류,cobalt", "elements=REE,Co"),
         ("members-of-area", "area=European Union", "area=EU27"),
         ("members-of-element-group", "parent=rare earths", "parent=REE"),
         ("mined-for-application", "application=wind energy", "application=wind-turbines"),
         ("balances", "countries=United States of America", "countries=USA"),
         ("unit-values-by-period", "importers=Korea, Republic of,Japan", "importers=KOR,JPN"),
         ("shared-dependence", "consumers=Südkorea,日本", "consumers=KOR,JPN")], 3,
    ),
)  # fmt: skip
def test_names_in_the_parameters_of_query_files_are_resolved(graphkit, query, given, keys):
    named, keyed = (graphkit("query", query, "-P", each, "-f", "csv") for each in (given, keys))

    assert named.code == 0
    assert named == keyed


def test_every_parameter_that_names_a_thing_of_the_graph_takes_its_names():
    things = re.compile(
        "area|countr|consumer|supplier|importer|product|element|parent|material|application|"
        "dataset|indicator"
    )
    plain = {
        (query.name, parameter.name)
        for query in map(find_query, query_names())
        for parameter in query.parameters
        if things.match(parameter.name) and parameter.type in ("str", "list")
    }

    assert plain == set()


@pytest.mark.parametrize(
    ("query", "given", "message"),
    [("us-import-sources", "material=antimoni", "'antimoni' … Antimony (Sb)"),
     ("chains-to-application", "application=wind turbin", "'wind turbin' … Wind turbines"),
     ("trade", "products=ree metal,magnetz", "'magnetz' … Permanent magnets"),
     ("ratings", "indicators=wgi-political-stabilty", "wgi-political-stability"),
     ("exports", "dataset=baci-hs19", "'baci-hs19' … baci-hs17")],
)  # fmt: skip
def test_a_name_that_no_query_knows_is_refused_with_the_nearest(graphkit, query, given, message):
    others = ["-P", "periods=2024"] if query == "trade" else []
    outcome = graphkit("query", query, "-P", given, *others)

    assert (outcome.code, outcome.out) == (2, "")
    assert unsaid(outcome.err, message) == []


@pytest.mark.parametrize("form", ["table", "csv", "json"])
def test_a_query_without_rows_says_for_which_values(graphkit, form):
    outcome = graphkit(
        "query", "suppliers-of-country", "-P", "consumer=korea", "-P", "product=refined tin",
        "-f", form,
    )  # fmt: skip

    assert outcome.code == 0
    assert outcome.err == (
        "graphkit: no rows for consumer South Korea (KOR), product Refined tin (tin-refined), "
        "period 2024\n"
    )


OWN = """\
// title: Types of parameters
// params:
//   whole: {type: int, doc: a whole number}
//   number: {type: float, doc: a number, default: "0.5"}
//   text: {type: str, doc: some text, default: "2024"}
//   many: {type: list, doc: "several", default: "a, b"}
RETURN $whole AS whole, $number AS number, $text AS text, $many AS many
"""


def test_the_parameters_of_a_query_file_are_typed_as_declared(graphkit, tmp_path):
    path = tmp_path / "own.cypher"
    path.write_text(OWN)

    def run(*pairs: str) -> Outcome:
        given = [part for pair in pairs for part in ("-P", pair)]
        return graphkit("query", str(path), *given, "-f", "json")

    assert rows_of(run("whole=7", "text=1")) == [
        {"whole": 7, "number": 0.5, "text": "1", "many": ["a", "b"]}
    ]
    wrong = run("whole=7.5", "number=nan", "other=1")
    assert wrong == Outcome(2, "", (
        "graphkit: query own has no parameter 'other'; it takes whole, number, text, many; "
        "parameter whole: found '7.5', wanted a whole number; "
        "parameter number: found 'nan', wanted a number\n"
    ))  # fmt: skip


def test_a_word_finds_queries_by_their_text_and_by_what_their_parameters_take(graphkit):
    names = [row["name"] for row in rows_of(graphkit("query", "reserves", "-f", "json"))]
    assert "reserves-and-production" in names
    assert "suppliers-of-country" not in names
    names = [row["name"] for row in rows_of(graphkit("query", "dysprosium", "-f", "json"))]
    assert {"claims-about-element", "producers-of-element"} <= {*names}
    assert "suppliers-of-country" not in names
    assert graphkit("query", "no-such-thing-at-all").code == 2


def test_a_file_without_a_head_runs_as_it_is(graphkit, tmp_path):
    path = tmp_path / "my.cypher"
    path.write_text("// mine: of today\nRETURN $country AS country, $year AS year;\n")

    done = graphkit("query", str(path), "-P", "country=KOR", "-P", "year=2024", "-f", "json")
    assert rows_of(done) == [{"country": "KOR", "year": 2024}]
    missing = graphkit("query", str(path), "-P", "country=KOR")
    assert (missing.code, "-P year=VALUE" in missing.err) == (2, True)
    path.write_text("// mine\nMATCH (c:Country) DELETE c")
    writes = graphkit("query", str(path))
    assert (writes.code, "DELETE" in writes.err) == (2, True)


def test_a_default_of_another_type_is_a_fault_of_the_file(graphkit, tmp_path):
    path = tmp_path / "own.cypher"
    path.write_text(OWN.replace('"0.5"', '"half"'))

    assert graphkit("query", str(path), "-P", "whole=7") == Outcome(
        1, "", "graphkit: own.cypher: default of parameter number: found 'half', wanted a number\n"
    )


@pytest.mark.parametrize(
    "text", ["9" * 5000, "1e400", "9" * 30, "0x10", "1_000", "", "٣"], ids=repr
)
def test_a_parameter_that_is_not_a_whole_number_is_refused(graphkit, tmp_path, text):
    path = tmp_path / "own.cypher"
    path.write_text(OWN)

    assert graphkit("query", str(path), "-P", f"whole={text}").code == 2


@pytest.mark.parametrize(
    ("lines", "message"),
    [(["params: {}"], "no title"),
     (["title: [a]"], "no title"),
     (["title: x", "params: [a]"], "title … params … units … maps"),
     (["title: x", "more: y"], "params, units, title, more"),
     (["title: x", "title: y"], "title"),
     (["title: x", "params:", "  a: {type: odd, doc: y}"], "parameter a:"),
     (["title: x", "params:", "  a: {doc: y}"], "parameter a:"),
     (["title: x", "params:", "  a: {type: int, doc: y, defualt: 1}"], "'defualt'"),
     (["title: x"], "parameters [] … ['a']"),
     (["title: x", "params:", "  b: {type: int, doc: y}"], "['b'] … ['a']")],
)  # fmt: skip
def test_a_query_file_that_is_wrong_says_what(graphkit, tmp_path, lines, message):
    path = tmp_path / "wrong.cypher"
    path.write_text("".join(f"// {line}\n" for line in lines) + "RETURN $a AS a")
    outcome = graphkit("query", str(path))
    assert outcome.code == 1
    assert unsaid(outcome.err, message) == []
    assert outcome.err.count("\n") == 1
