"""Export controls: their elements, their dates, and what they cut, on both databases."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from databases import hold
from saying import unsaid
from seed_texts import SMALL, write_seeds

from graphkit.answers.note import words_of_notes
from graphkit.api import Session
from graphkit.build import Graph, build_graph
from graphkit.cli.app import run
from graphkit.errors import UsageError
from graphkit.questions.act.controls import LATER_UNKNOWN
from graphkit.seeds.facts import read_seeds
from graphkit.stores.base import Store
from graphkit.stores.duck.store import DuckStore

CONTROLS = {
    "sources.yaml": SMALL["sources.yaml"]
    + "  - {key: gazette, title: Gazette, publisher: A state, published: 2025-08-01, "
    "licence: public domain}\n",
    "elements.yaml": SMALL["elements.yaml"]
    + "  - {key: Ni, name: Nickel, type: element}\n"
    + "  - {key: Ag, name: Silver, type: element}\n"
    + "  - {key: heavy, name: Heavy rare earths, type: group}\n"
    + "  - {key: Tb, name: Terbium, type: element, member_of: [heavy]}\n",
    "products.yaml": SMALL["products.yaml"]
    + "  - {key: other-oxides, name: Other oxides, stage: metal}\n",
    "contains.yaml": SMALL["contains.yaml"]
    + "  - {product: ree-metals, element: Ni, role: trace}\n"
    + "  - {product: ree-metals, element: Tb, role: main}\n",
    "claims.yaml": """\
kind: Claim
defaults: {kind: share, supplier: CHN, unit: share, measure: licence applications granted,
           source: customs}
rows:
  - {key: act-1-may, control: act-1, period: 2024-05, value: 0.25, qualifier: about, basis: firms}
  - {key: act-1-year, control: act-1, period: 2024-07, value: 0.4, qualifier: less-than}
  - {key: act-2-licences, control: act-2, value: 0.6, source: gazette}
""",
    "controls.yaml": """\
kind: Control
defaults: {source: customs, products: [ree-metals]}
rows:
  - {key: act-1, country: CHN, announcement: Act 1, measure: licence, since: 2024-05-01,
     suspended_from: 2025-01-01, suspended_until: 2025-06-30, elements: [Dy]}
  - {key: act-2, country: CHN, announcement: Act 2, measure: licence, since: 2025-02-01,
     elements: [heavy]}
  - {key: act-4, country: NOR, announcement: Act 4, measure: prohibition, since: 2024-06-15,
     suspended_from: 2025-01-01, suspended_until: 2025-06-30, elements: [Ni], source: gazette}
  - {key: act-3, country: JPN, announcement: Act 3, measure: quota, since: 2024-01-01,
     until: 2024-12-31, quota: 7, elements: [Tb], items: [magnets]}
  - {key: act-5, country: KOR, announcement: Act 5, measure: prohibition, announced: 2024-11,
     since: 2026-01-01, elements: [Ag], products: [other-oxides]}
  - {key: act-6, country: KOR, announcement: Act 6, measure: licence, announced: 2024-11-20,
     since: 2026-02-01, suspended_from: 2025-12-01, suspended_until: 2027-01-10,
     suspension_source: gazette, elements: [Ag], products: [other-oxides]}
""",
}


@pytest.fixture(scope="module")
def acts(tmp_path_factory: pytest.TempPathFactory) -> Graph:
    return build_graph(read_seeds(write_seeds(tmp_path_factory.mktemp("seeds"), CONTROLS)))


@pytest.fixture(scope="module")
def acts_store(acts: Graph, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckStore]:
    with DuckStore(tmp_path_factory.mktemp("acts") / "graph.duckdb") as embedded:
        embedded.load(acts)
        yield embedded


@pytest.fixture(params=["embedded", "neo4j"])
def store(request: pytest.FixtureRequest, acts: Graph) -> Store:
    """Each database in turn with the same acts, which no test changes."""
    if request.param == "embedded":
        return request.getfixturevalue("acts_store")
    neo4j = request.getfixturevalue("neo4j_store")
    hold(neo4j, acts)
    return neo4j


@pytest.fixture
def graph(store: Store) -> Session:
    return Session(store)


@pytest.mark.parametrize(
    ("country", "scope", "date", "keys"),
    [
        (None, None, None, ["act-6", "act-5", "act-2", "act-4", "act-1", "act-3"]),
        ("china", None, None, ["act-2", "act-1"]),
        (None, "dysprosium", None, ["act-1"]),
        (None, "terbium", None, ["act-2", "act-3"]),
        (None, "nickel", None, ["act-4"]),
        (None, "ree-metals", "2024-12-31", ["act-4", "act-1", "act-3"]),
        (None, None, "2024-04-30", ["act-3"]),
    ],
)
def test_a_control_is_found_by_country_element_and_day(graph, country, scope, date, keys):
    rows = graph.controls(country, scope=scope, date=date).rows.to_pylist()

    assert [row["key"] for row in rows] == keys


@pytest.mark.parametrize(
    ("date", "status"),
    [("2024-12-31", "licensed"), ("2025-01-01", "suspended"), ("2025-06-30", "suspended"),
     ("2025-07-01", LATER_UNKNOWN)],
)  # fmt: skip
def test_a_suspension_has_a_first_and_a_last_day(graph, date, status):
    rows = graph.controls("CHN", scope="Dy", date=date).rows.to_pylist()

    assert [row["status"] for row in rows] == [status]


@pytest.mark.parametrize(
    ("key", "date", "status"),
    [("act-3", "2024-06-01", "in force"), ("act-4", "2024-07-01", "in force"),
     ("act-4", "2025-06-01", "suspended"), ("act-4", "2025-07-01", "in force"),
     ("act-5", "2024-12-01", "announced"), ("act-5", "2026-01-01", "in force"),
     ("act-6", "2025-11-30", "announced"), ("act-6", "2025-12-01", "suspended"),
     ("act-6", "2027-01-10", "suspended")],
)  # fmt: skip
def test_only_a_source_after_its_end_tells_what_followed_a_suspension(graph, key, date, status):
    rows = {row["key"]: row for row in graph.controls(date=date).rows.to_pylist()}
    by_query = graph.query("controls-on-date", date=date).to_pylist()

    assert rows[key]["status"] == status
    assert {row["control"]: row["status"] for row in by_query} == {
        row["key"]: row["status"] for row in rows.values()
    }


@pytest.mark.parametrize(
    ("date", "granted"),
    [(None, ["about 25 %, 2024-05", "less than 40 %, 2024-07"]),
     ("2024-08-01", ["about 25 %, 2024-05", "less than 40 %, 2024-07"]),
     ("2024-06-30", ["about 25 %, 2024-05"])],
)  # fmt: skip
def test_a_licence_shows_the_published_shares_of_applications_granted_until_then(
    graph, date, granted
):
    answer = graph.controls("CHN", scope="Dy", date=date)
    [row] = answer.rows.to_pylist()

    assert row["granted"] == granted
    assert set(answer.claims["key"].to_pylist()) == {"act-1-may", "act-1-year"} - (
        {"act-1-year"} if date == "2024-06-30" else set()
    )


def test_a_rate_is_a_node_on_its_act_that_the_graph_cannot_check(graph):
    found = graph.cypher(
        "MATCH (said:Claim)-[about:ABOUT]->(act:Control) "
        "RETURN act.key AS act, about.role AS role, said.value AS value ORDER BY act, value"
    )
    checked = graph.claims_check(of="CHN").rows.to_pylist()

    assert found.to_pylist() == [
        {"act": "act-1", "role": "control", "value": 0.25},
        {"act": "act-1", "role": "control", "value": 0.4},
        {"act": "act-2", "role": "control", "value": 0.6},
    ]
    assert {row["verdict"] for row in checked} == {"cannot be told"}
    assert [unsaid(row["why"], "missing: licences") for row in checked] == [[]] * 3
    assert len(graph.claims_conflicts().rows) == 0


def test_a_cut_by_an_act_tells_the_published_rates_of_its_licences(graph):
    notes = words_of_notes(graph.disrupt(restriction="Act 1").notes)

    granted = "Act 1: … licence … about 25 %, 2024-05 … granted (firms; customs)"
    assert any(unsaid(note, granted) == [] for note in notes)


def test_a_quota_is_one_amount_with_the_items_of_its_act(graph):
    (row,) = graph.controls("JPN").rows.to_pylist()

    assert (row["quota"], row["elements"], row["items"]) == (7, ["Tb"], ["magnets"])


def test_the_path_from_a_country_through_its_controls_names_their_elements_alone(graph):
    found = graph.cypher(
        "MATCH (:Country {iso3: 'CHN'})<-[:IMPOSED_BY]-(:Control)-[:NAMES]->(e:Element) "
        "RETURN e.key AS element ORDER BY element"
    )

    assert found["element"].to_pylist() == ["Dy", "heavy"]


@pytest.mark.parametrize("text", ["2025-02-29", "2025-4-1", "spring"])
def test_a_day_must_be_one_of_the_calendar(sample_store, text):
    with pytest.raises(UsageError, match=rf"`date`: .*{text}.* a day such as 2025-06-01"):
        Session(sample_store).controls(date=text)


def test_announcement_18_of_2025_is_on_seven_elements(sample_store):
    graph = Session(sample_store)
    rows = graph.controls("CHN", scope="scandium").rows.to_pylist()
    (row,) = (row for row in rows if row["target"] is None)

    assert row["announcement"] == "Announcement 18 of 2025"
    assert row["elements"] == ["Dy", "Gd", "Lu", "Sc", "Sm", "Tb", "Y"]
    assert len(graph.controls("CHN", scope="boron").rows) == 0


def test_the_command_shows_the_elements_of_each_control(capsys, monkeypatch, sample_file):
    monkeypatch.setenv("COLUMNS", "140")

    code = run(["controls", "CHN", "--for", "Sc", "--format", "table", "--db", str(sample_file)])

    assert code == 0
    assert (
        unsaid(capsys.readouterr().out, "China … scandium (Sc)", "Announcement 18", "Yttrium") == []
    )
