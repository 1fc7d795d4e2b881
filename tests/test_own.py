"""A user's own facts on top of a database file: the same as building both, and told apart."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from random import Random

import pyarrow as pa
import pytest
from long_cases import others_long
from saying import Naming, unsaid
from seed_texts import SMALL, write_seeds
from written_seeds import Rows, market, plain, write_files

import graphkit as gk
from graphkit.answers.coverage import OwnTrade
from graphkit.answers.note import words_of_notes
from graphkit.answers.remarks import with_remarks
from graphkit.api import Session
from graphkit.build import build_graph
from graphkit.cli import app
from graphkit.database import check_own, open_database
from graphkit.errors import GraphkitError, SeedError, UsageError
from graphkit.explore.answers import Answers
from graphkit.export.digest import lines
from graphkit.files.folders import shipped
from graphkit.mcp.tools import read_arguments
from graphkit.mcp.work import Job, do
from graphkit.questions.addresses import by_path, command_of
from graphkit.questions.dependence.depends import suppliers
from graphkit.seeds.facts import read_seeds
from graphkit.stores.base import Store
from graphkit.stores.duck.store import DuckStore

MINE = "kind: Source\nrows:\n  - {key: mine, title: Notes, publisher: Me, licence: not stated}\n"
FLOWS = """\
kind: EXPORTS
defaults: {product: ree-metals, hs: 280530, reporter: importer, dataset: mine, source: mine}
rows:
  - {exporter: NOR, importer: KOR, period: 2024, usd: 300}
  - {exporter: JPN, importer: KOR, period: 2024, usd: 100}
"""
OWN = {
    "sources.yaml": MINE,
    "datasets.yaml": "kind: Dataset\nrows:\n  - {key: mine, name: Mine, reporter: importer, "
    "source: mine}\n",
    "flows.yaml": FLOWS,
}


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "graphkit"


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Small seeds."""
    return write_seeds(tmp_path_factory.mktemp("below") / "seeds", {})


@pytest.fixture(scope="module")
def base(seeds: Path) -> Path:
    return loaded(seeds.with_name("base.duckdb"), seeds)


def loaded(path: Path, seeds: Path, own: Path | None = None) -> Path:
    with DuckStore(path) as store:
        store.load(build_graph(read_seeds(seeds, own=own)))
    return path


def mine(tmp_path: Path, **changes: str) -> Path:
    return write_files(tmp_path / "mine", OWN | {f"{n}.yaml": t for n, t in changes.items()})


def problems(folder: Path, base: Path) -> list[str]:
    with pytest.raises(SeedError) as failed:
        check_own(str(folder), str(base))
    with pytest.raises(SeedError):
        open_database(str(base), with_=str(folder))
    return [str(problem) for problem in failed.value.problems]


def everything(store: Store) -> list[str]:
    return list(lines(store))


def own_market(random: Random) -> dict[str, Rows]:
    """Facts of one's own of the kinds from which others follow."""
    flows = random.sample(market(random)["EXPORTS"], 40)
    makers = random.sample(market(random)["PRODUCES"], 6)
    rows: dict[str, Rows] = {
        "EXPORTS": [{**row, "dataset": "own"} for row in flows],
        "Dataset": [{"key": "own", "name": "Own", "reporter": "importer",
                     "preference": random.choice(["1", "9", None])}],
        "PRODUCES": makers,
        "TRADED_AS": [{"product": "ore", "code": "284690", "revision": "HS92", "fit": "proxy",
                       "remnant_since": random.choice([None, "HS17"])}],
        "Company": [{"key": "c", "name": "C", "type": "company", "seat": "KOR"}],
        "Facility": [{"key": "f", "name": "F", "type": "mine", "country": "JPN"}],
        "OWNS": [{"owner": "c", "owned": "f", "share": 0.5}],
        "Claim": [{"key": "own", "kind": "share", "consumer": "KOR", "supplier": "CHN",
                   "element": "Nd", "value": 0.9, "period": "2024"}],
        "Element": [{"key": "Dy", "name": "Dysprosium", "type": "element", "member_of": ["REE"]}],
    }  # fmt: skip
    own = {kind: [{**row, "source": "own"} for row in of_kind] for kind, of_kind in rows.items()}
    source = {"key": "own", "title": "T", "publisher": "P", "licence": "none",
              "edition_of": "table", "published": random.choice(["2020", "2030"])}  # fmt: skip
    return {"Source": [source], **own}


@pytest.mark.parametrize("seed", others_long(range(12), 1))
def test_own_facts_on_a_file_equal_a_database_of_both(seed, tmp_path):
    random = Random(seed)
    below = market(random)
    below["Source"][0] |= {"edition_of": "table", "published": "2025"}
    below["Dataset"][0]["preference"] = "5"
    seeds = write_files(tmp_path / "seeds", plain(below))
    own = write_files(tmp_path / "own", plain(own_market(random)))
    base = loaded(tmp_path / "base.duckdb", seeds)
    both = loaded(tmp_path / "both.duckdb", seeds, own)

    with open_database(str(base), with_=str(own)) as quick, DuckStore(both) as whole:
        assert everything(quick) == everything(whole)
        first, second = Session(quick), Session(whole)
        assert first.depends("KOR").to_json() == second.depends("KOR").to_json()


def test_an_own_fact_is_marked_in_answers_sources_and_pictures(tmp_path, base, capsys):
    own = mine(tmp_path)
    with gk.open(str(base), with_=own) as graph:
        answer = graph.suppliers("KOR", period="2024", dataset="mine")
    text = str(answer)

    assert answer.rows["supplier"].to_pylist() == ["NOR", "JPN"]
    assert answer.sources.select(["key", "own"]).to_pylist() == [{"key": "mine", "own": True}]
    assert text == Naming("mine (own facts) … Me, Notes")
    assert "own facts" in str(answer.plot().svg())
    assert (
        app.run(
            [
                "suppliers",
                "KOR",
                "--period",
                "2024",
                "--dataset",
                "mine",
                "--db",
                str(base),
                "--with",
                str(own),
                "-f",
                "table",
            ]
        )
        == 0
    )
    screen = " ".join(capsys.readouterr().out.split())
    assert screen == Naming("Me (mine, own facts")
    assert "Own facts" in screen
    with gk.open(str(base)) as graph:
        assert (
            "own" not in json.loads(graph.suppliers("KOR", period="2024").to_json())["sources"][0]
        )


GROUP = """\
kind: Area
rows:
  - {iso3: MY-GROUP, name: Mine, type: group, members: [CHN, JPN], as_of: 2024, source: mine}
"""


def test_trade_of_a_group_is_refused(tmp_path, base):
    """To the world and to places that no source names there is trade."""
    flows = FLOWS.replace("exporter: NOR, importer: KOR", "exporter: MY-GROUP, importer: WLD")
    flows = flows.replace("exporter: JPN, importer: KOR", "exporter: JPN, importer: MY-GROUP")
    folder = mine(tmp_path, flows=flows, areas=GROUP)

    first, second = problems(folder, base)
    assert "flows.yaml:4:16: " in first
    assert "flows.yaml:5:31: " in second
    assert unsaid(first + second, "exporter … 'MY-GROUP' … importer … 'MY-GROUP'") == []


TAKEN = [
    ("products", "Product", "{key: ▶KOR, name: A, stage: metal}", "'KOR'"),
    ("products", "Product", "{key: a, name: ▶China, stage: metal}", "'China' … CHN"),
    ("products", "Product", "{key: a, name: ▶rare-earth Metals, stage: metal}", "ree-metals"),
    ("elements", "Element", "{key: X1, name: ▶korea, type: mineral}", None),
    ("areas", "Area", "{iso3: MINE, name: ▶South Korea, type: group, members: [CHN]}", "KOR"),
    ("companies", "Company", "{key: ▶chn, name: A, type: company}", "CHN"),
    ("companies", "Company", "{key: a, name: Norway, type: company}", None),
]


@pytest.mark.parametrize(("stem", "kind", "row", "words"), TAKEN)
def test_a_name_of_another_fact_is_refused(tmp_path, base, stem, kind, row, words):
    row = row.replace("}", ", source: mine}")
    text = f"kind: {kind}\nrows:\n  - {row.replace('▶', '')}\n"
    folder = mine(tmp_path, **{stem: text})
    if words is None:
        assert check_own(str(folder), str(base))[0][kind] == 1
        return
    (problem,) = problems(folder, base)
    assert problem.startswith(f"{stem}.yaml:3:{len('  - ') + row.index('▶') + 1}: ")
    assert unsaid(problem, words) == []


@pytest.mark.parametrize("preference", ["", "preference: 1, "])
@pytest.mark.parametrize("period", ["2024", "2026", "2024-03"])
def test_a_data_set_of_ones_own_hides_none(tmp_path, base, preference, period):
    """Two flows of a firm changed what a country depends on, and in which year, without a word."""
    datasets = OWN["datasets.yaml"].replace("source: mine", f"{preference}source: mine")
    flows = FLOWS.replace("period: 2024", f"period: {period}")
    own = mine(tmp_path, datasets=datasets, flows=flows)
    with gk.open(str(base)) as alone, gk.open(str(base), with_=str(own)) as graph:
        for verb, options in (
            ("suppliers", {}), ("depends", {}), ("origins", {}), ("trend", {"scope": "ree-metals"}),
            ("suppliers", {"period": "2024"}), ("flows", {"period": "2024"}),
        ):  # fmt: skip
            before, after = (
                getattr(g, verb)(*(["KOR"] if verb != "flows" else []), **options)
                for g in (alone, graph)
            )
            assert after.rows == before.rows, verb
            assert after.headline == before.headline
            assert after.coverage.own_trade == (OwnTrade("ree-metals", period, "mine", 2, 400.0),)
            text = " ".join(words_of_notes(after.notes))
            assert unsaid(text, "mine", "2 flows, 400 USD", "`dataset=mine`") == []
        named = graph.suppliers("KOR", period=period, dataset="mine")
        assert named.rows["supplier"].to_pylist() == ["NOR", "JPN"]
        assert named.coverage.own_trade == ()


def test_of_a_product_that_no_other_data_set_has_ones_own_answers_unnamed(tmp_path, base):
    products = "kind: Product\nrows:\n  - {key: thing, name: Thing, stage: metal, source: mine}\n"
    flows = FLOWS.replace("product: ree-metals, hs: 280530", "product: thing")
    own = mine(tmp_path, products=products, flows=flows)
    with gk.open(str(base), with_=str(own)) as graph:
        assert graph.suppliers("KOR", scope="thing").rows["supplier"].to_pylist() == ["NOR", "JPN"]


def test_a_preference_on_top_of_other_facts_is_doubted(tmp_path, base):
    datasets = OWN["datasets.yaml"].replace("source: mine", "preference: 1, source: mine")
    [doubt] = check_own(str(mine(tmp_path, datasets=datasets)), str(base))[1]

    assert unsaid(str(doubt), "datasets.yaml:3:", "found 1", "--dataset mine") == []


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such limits")
@pytest.mark.parametrize("exists", [True, False])
def test_a_new_folder_on_a_full_disk_is_none(tmp_path, monkeypatch, capsys, exists):
    import resource

    monkeypatch.setattr(sys, "dont_write_bytecode", True)  # the limit would cut it off
    folder = tmp_path / "facts"
    if exists:
        folder.mkdir()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300, limits[1]))
    try:
        code = app.run(["new", str(folder)])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)

    assert code == 1
    assert "File too large" in capsys.readouterr().err
    assert [*tmp_path.rglob("*")] == []


def test_a_new_folder_passes_and_each_fact_is_asked_and_drawn(
    tmp_path, sliced_file, monkeypatch, capsys
):
    monkeypatch.setenv("GRAPHKIT_DB", str(sliced_file))
    folder = str(tmp_path / "facts")
    assert app.run(["new", folder]) == 0
    assert app.run(["check", "--with", folder, "--strict"]) == 0
    assert capsys.readouterr().out == Naming("10 facts … 9 kinds, no problems")
    with gk.open(with_=folder) as graph:
        answers = {
            "my-claim": graph.claims_check(source="my-source"),
            "JPN": graph.suppliers("KOR", scope="my-product"),
            "my-plant": graph.plants("KOR", scope="my-product"),
            "MY-GROUP": graph.suppliers("MY-GROUP", scope="my-product"),
        }
    for name, answer in answers.items():
        assert name in str(answer.rows.to_pylist())
        marked = [row["key"] for row in answer.sources.to_pylist() if row["own"]]
        assert marked == ["my-source"]
        assert "own facts" in answer.plot().svg()

    assert app.run(["new", folder]) == 1
    assert capsys.readouterr().err == Naming("new or empty folder")


def test_a_row_that_rests_on_own_facts_and_others_says_so(tmp_path, base):
    with gk.open(str(base), with_=mine(tmp_path)) as graph:
        answer = graph.suppliers("KOR", period="2024", dataset="mine")
    place = answer.rows.column_names.index("source")
    cited = pa.array(["mine", "mine+customs"])
    rows = answer.rows.set_column(place, "source", cited)

    remarks = with_remarks(replace(answer, rows=rows)).rows["remark"].to_pylist()
    assert [text.partition(";")[0] for text in remarks] == ["own facts", "with own facts"]


def test_an_edit_changes_the_answer_and_leaves_one_copy(tmp_path, base, cache):
    own = mine(tmp_path)
    with gk.open(str(base), with_=own) as graph:
        assert (
            graph.suppliers("KOR", period="2024", dataset="mine").rows["share_usd"][0].as_py()
            == 0.75
        )
    write_files(own, {"flows.yaml": FLOWS.replace("usd: 300", "usd: 100")})
    with gk.open(str(base), with_=own) as graph:
        assert (
            graph.suppliers("KOR", period="2024", dataset="mine").rows["share_usd"][0].as_py()
            == 0.5
        )
    copies = [path.name for path in cache.iterdir() if path.suffix == ".duckdb"]
    assert len(copies) == 1
    written = (cache / copies[0]).stat().st_mtime_ns
    with gk.open(str(base), with_=own) as graph:
        graph.suppliers("KOR", period="2024")
    assert (cache / copies[0]).stat().st_mtime_ns == written
    with gk.open(str(base)) as graph:
        assert graph.suppliers("KOR", period="2024").rows["supplier"][0].as_py() == "CHN"


def test_doctor_names_and_clears_the_copies_that_may_hold_own_facts(tmp_path, base, cache, capsys):
    cache.mkdir(parents=True)
    shipped_copy = cache / "graph-0123456789abcdef.duckdb"
    shipped_copy.touch()
    with gk.open(str(base), with_=str(mine(tmp_path))) as graph:
        graph.suppliers("KOR", period="2024", dataset="mine")

    def holding_own_figures() -> list[Path]:
        return [
            path for path in cache.rglob("*") if path.is_file() and b"mine" in path.read_bytes()
        ]

    assert holding_own_figures()
    app.run(["doctor", "--db", str(base)])
    assert "databases of facts of your own" in capsys.readouterr().out
    assert app.run(["doctor", "--clear"]) == 0
    assert "deleted " in capsys.readouterr().out
    assert holding_own_figures() == []
    assert shipped_copy.exists()
    assert app.run(["doctor", "--clear", "--digest"]) == 2


def test_rows_that_are_below_already_word_for_word_are_passed_over(tmp_path, base):
    own = mine(tmp_path, countries=SMALL["countries.yaml"], products=SMALL["products.yaml"])

    assert check_own(str(own), str(base))[0] == {"Source": 1, "Dataset": 1, "EXPORTS": 2}
    changed = mine(tmp_path, countries=SMALL["countries.yaml"].replace("Norway", "Norge"))
    assert problems(changed, base) == [
        Naming("countries.yaml:2:35: source … 'customs', a Source … below … this folder"),
        Naming("countries.yaml:7:12: iso3 … duplicate Country NOR … below"),
    ]


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("flows", FLOWS.replace("NOR", "NRO"), "flows.yaml:4:16: exporter … 'NRO' … NOR"),
        ("flows", FLOWS.replace("NOR", "KOR"), "flows.yaml:4:31: importer … 'KOR' on both sides"),
        ("areas", "kind: Area\nrows:\n  - {iso3: JPN, name: J, type: group, source: mine}\n",
         "areas.yaml:3:12: iso3 … 'JPN' … Country … below"),
        ("countries", "kind: Country\nrows:\n  - {iso3: WLD, name: J, type: country, source: mine}"
         "\n", "countries.yaml:3:12: iso3 … 'WLD' … Area … below"),
        ("flows", FLOWS.replace("dataset: mine", "dataset: test"),
         "flows.yaml:2:74: dataset … 'test', a Dataset … below … this folder"),
    ],
)  # fmt: skip
def test_problems_are_of_the_folder_alone_with_their_line(tmp_path, base, name, text, problem):
    assert Naming(problem) in problems(mine(tmp_path, **{name: text}), base)


def test_a_circle_of_owners_through_facts_below_is_reported_in_the_folder(tmp_path):
    companies = "kind: Company\ndefaults: {type: company, source: %s}\nrows:\n"
    owns = "kind: OWNS\ndefaults: {source: %s}\nrows:\n"
    seeds = write_seeds(tmp_path / "seeds", {
        "companies.yaml": companies % "customs" + "  - {key: a, name: A}\n  - {key: b, name: B}\n",
        "owns.yaml": owns % "customs" + "  - {owner: a, owned: b, share: 0.6}\n",
    })  # fmt: skip
    base = loaded(tmp_path / "base.duckdb", seeds)
    own = mine(tmp_path, owns=owns % "mine" + "  - {owner: b, owned: a, share: 0.6}\n")

    (problem,) = problems(own, base)
    assert problem.startswith("owns.yaml:4:")
    assert "circle of owners" in problem


def test_a_folder_that_refers_to_shipped_facts_is_told_once_where_it_belongs(tmp_path, capsys):
    claims = "kind: Claim\ndefaults: {kind: share, supplier: CHN, source: mine}\nrows:\n" + "".join(
        f"  - {{key: c{n}, consumer: KOR, product: ree-metals}}\n" for n in range(14)
    )
    folder = write_files(tmp_path / "mine", {"sources.yaml": MINE, "claims.yaml": claims})

    assert app.run(["check", str(folder)]) == 3
    text = capsys.readouterr().err
    assert text.count("claims.yaml:") == 1
    assert text == Naming("42 references … (Area, Country, Product)")
    assert "graphkit check --with FOLDER" in text


@pytest.mark.long
def test_the_option_and_the_variable_put_a_folder_on_top_of_any_command(
    tmp_path, base, monkeypatch, capsys
):
    own = mine(tmp_path)
    count = "MATCH (f:Dataset {key: 'mine'}) RETURN count(f) AS n"
    assert app.run(["cypher", count, "--db", str(base), "--with", str(own)]) == 0
    monkeypatch.setenv("GRAPHKIT_WITH", str(own))
    assert app.run(["cypher", count, "--db", str(base)]) == 0
    assert capsys.readouterr().out == "n\n1\nn\n1\n"
    with gk.open(str(base)) as graph:
        assert graph.cypher(count)["n"][0].as_py() == 1
    monkeypatch.setenv("GRAPHKIT_DB", str(base))
    assert app.run(["check"]) == 0
    assert capsys.readouterr().out == Naming("4 facts … 3 kinds, no problems")


@pytest.mark.long
def test_assistants_and_the_page_know_the_folder_and_its_edits(tmp_path, base):
    folder = mine(tmp_path)
    own = str(folder)
    arguments = read_arguments("suppliers", {"country": "KOR", "period": "2024", "dataset": "mine"})
    job = Job(str(base), "suppliers", arguments, own=own)

    def reopen() -> Store:
        return open_database(str(base), with_=own)

    with Answers(reopen(), reopen) as answers:

        def share() -> float:
            rows = suppliers(answers.catalog(), "KOR", period="2024", dataset="mine").rows
            return float(rows["share_usd"][0].as_py())

        first = do(job)["structured"]["rows"][0]
        assert (first["supplier"], share()) == ("Norway", 0.75)
        kept = answers.catalog()
        assert answers.catalog() is kept
        write_files(folder, {"flows.yaml": FLOWS.replace("usd: 300", "usd: 900")})
        assert (do(job)["structured"]["rows"][0]["share_usd"], share()) == (0.9, 0.9)
        write_files(folder, {"flows.yaml": "kind: ["})
        assert "flows.yaml:2:1" in do(job)["error"]
        with pytest.raises(GraphkitError, match=r"flows\.yaml:2:1"):
            share()
        write_files(folder, {"flows.yaml": FLOWS})
        assert (do(job)["structured"]["rows"][0]["share_usd"], share()) == (0.75, 0.75)
    pairs = [("country", "KOR")]
    assert command_of(by_path()["suppliers"], pairs, None, own) == (
        f"graphkit suppliers KOR --with {own}"
    )


@pytest.mark.parametrize("place", ["bolt://127.0.0.1:1", "local"])
def test_a_neo4j_takes_own_facts_by_a_load_alone(tmp_path, place):
    own = mine(tmp_path)
    with pytest.raises(UsageError, match=r"graphkit load --with .*mine --db "):
        open_database(place, with_=str(own))


@pytest.mark.long
def test_a_load_puts_both_into_a_database_of_its_own(tmp_path, seeds, base, capsys):
    own, path = mine(tmp_path), tmp_path / "both.duckdb"
    assert app.run(["load", str(seeds), "--with", str(own), "--db", str(path)]) == 0
    with DuckStore(path) as whole, open_database(str(base), with_=str(own)) as quick:
        assert everything(whole) == everything(quick)
    assert app.run(["load", "--with", str(own)]) == 2
    assert capsys.readouterr().err == Naming("database of their own")


def test_what_is_no_folder_of_facts_is_refused(tmp_path, base, capsys):
    for folder, reason in (("none", "graphkit new"), (".", "found no YAML file")):
        place = tmp_path / folder if folder == "none" else tmp_path / "empty"
        if folder == ".":
            place.mkdir()
        assert app.run(["suppliers", "KOR", "--db", str(base), "--with", str(place)]) == 2
        assert reason in capsys.readouterr().err


@pytest.mark.long
def test_a_folder_on_a_copy_with_another_folder_keeps_both_marks(tmp_path, base):
    first, second = mine(tmp_path), tmp_path / "second"
    write_files(second, {"s.yaml": MINE.replace("mine", "other")})
    with open_database(str(base), with_=str(first)) as store:
        path = store.path
    with open_database(str(path), with_=str(second)) as store:
        rows = store.run("MATCH (s:Source) WHERE s.own RETURN s.key AS key ORDER BY key").table
    assert rows["key"].to_pylist() == ["mine", "other"]


@pytest.mark.long
def test_thousands_of_own_facts_on_the_shipped_ones_equal_a_load_of_both(tmp_path, monkeypatch):
    random = Random(7)
    with open_database() as store:
        traded = "MATCH (p:Product)<-[:COVERS]-() RETURN DISTINCT p.key AS key ORDER BY key"
        products = random.sample(store.run(traded).table["key"].to_pylist(), 12)
    places = ["KOR", "JPN", "CHN", "USA", "DEU", "CHL", "AUS", "NOR"]
    flows = {
        (a, b, product, str(year))
        for product in products
        for year in (1999, 2022, 2024)
        for a in places
        for b in places
        if a != b
    }
    rows = "".join(
        f"  - {{exporter: {a}, importer: {b}, product: {product}, period: {period}, "
        f"usd: {random.random() * 1e6}, tonnes: {random.random() * 1e3}}}\n"
        for a, b, product, period in sorted(flows)
    )
    head = "kind: EXPORTS\ndefaults: {reporter: importer, dataset: mine, source: mine}\nrows:\n"
    own = mine(tmp_path, flows=head + rows)
    both = loaded(tmp_path / "both.duckdb", shipped("seeds"), own)
    assert len(flows) > 2_000
    with open_database(with_=str(own)) as quick, DuckStore(both) as whole:
        assert everything(quick) == everything(whole)
