"""Both reports of one flow side by side: on made-up Comtrade rows, and asked of both databases."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from comtrade_rows import CHN, JPN, KOR, USA, Row, answer, both_sides, row
from saying import unsaid

from graphkit.analysis.mirror import mirror
from graphkit.answers.note import words_of_notes
from graphkit.api import Session
from graphkit.build import Graph as Built
from graphkit.build import build_graph
from graphkit.cli.app import run
from graphkit.errors import GraphkitError, UsageError
from graphkit.importers.comtrade import import_comtrade
from graphkit.importers.reference import read_reference
from graphkit.render.json import as_object, json_text
from graphkit.seeds.facts import read_seeds
from graphkit.stores.base import Store
from graphkit.stores.duck.store import DuckStore

ROWS = [
    *both_sides(),
    # Two codes of one product on one side, in another revision than the other side's one.
    row(USA, "M", CHN, "284610", 10_000.0, 1_000.0, classificationCode="H5"),
    row(USA, "M", CHN, "284690", 20_000.0, 3_000.0, classificationCode="H5"),
    row(CHN, "X", USA, "284690", 60_000.0, 2_000.0),
    # An older year, of a flow that both report.
    row(KOR, "M", CHN, "284690", 70.0, 7.0, period=2023),
    row(CHN, "X", KOR, "284690", 70.0, 5.0, period=2023),
    row(KOR, "X", JPN, "850511", 900.0, 30.0, period=2023),
    row(JPN, "M", KOR, "850511", 999.0, 40.0, period=2023),
]


def seeds_of(rows: list[Row], folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "pull.json").write_text(answer(rows), encoding="utf-8")
    import_comtrade([folder / "pull.json"], folder / "seeds", read_reference())
    return folder / "seeds"


def built(rows: list[Row], folder: Path) -> Built:
    return build_graph(read_seeds(seeds_of(rows, folder)))


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mirror")
    with DuckStore(folder / "graph.duckdb") as store:
        store.load(built(ROWS, folder))
    return folder / "graph.duckdb"


@pytest.fixture
def graph(file: Path) -> Any:
    with DuckStore(file) as store:
        yield Session(store)


@pytest.fixture
def graphkit(file: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setenv("GRAPHKIT_DB", str(file))
        capsys.readouterr()
        return (run(arguments), *capsys.readouterr())

    return call


def whole(graph: Session) -> str:
    return json_text(as_object(graph.mirror()), indent=2)


def test_figures_differences_and_ratios_are_those_of_a_hand_calculation(graph):
    rows = graph.mirror("KOR").rows.to_pylist()

    names = ("supplier", "consumer", "product", "stage", "period", "usd_exporter", "usd_importer",
             "usd_difference", "usd_ratio", "tonnes_exporter", "tonnes_importer",
             "tonnes_difference", "tonnes_ratio")  # fmt: skip
    assert [tuple(r[n] for n in names) for r in rows] == [
        ("CHN", "KOR", "ree-compounds", "separate", "2024", 1e5, 1.1e5, 1e4, 1.1, 4, 5, 1, 1.25),
        ("CHN", "KOR", "ree-metals", "metal", "2024", 2e4, 2.1e4, 1e3, 1.05, 0.25, None, None,
         None),
        ("KOR", "JPN", "magnets-metal", "component", "2023", 900, 999, 99, 1.11, 0.03, 0.04,
         pytest.approx(0.01), pytest.approx(4 / 3)),
    ]  # fmt: skip
    assert {(r["valuation_exporter"], r["valuation_importer"]) for r in rows} == {("fob", "cif")}
    assert [r["tonnes_estimated_exporter"] for r in rows] == [True, False, False]
    assert [r["tonnes_estimated_importer"] for r in rows] == [False, None, False]


def test_codes_are_added_up_and_those_of_one_side_only_are_said(graph):
    found = graph.mirror("USA", scope="ree-compounds")
    [only] = found.rows.to_pylist()

    assert (only["usd_exporter"], only["usd_importer"], only["usd_ratio"]) == (6e4, 3e4, 0.5)
    assert (only["hs_exporter"], only["hs_importer"]) == ("284690", "284610+284690")
    assert (only["hs_revision_exporter"], only["hs_revision_importer"]) == ("HS22", "HS17")
    codes, revisions = "ree-compounds 284690 … 284610+284690", "ree-compounds HS22 … HS17"
    assert any(unsaid(note, "HS codes", codes) == [] for note in words_of_notes(found.notes))
    assert any(unsaid(note, "Revisions", revisions) == [] for note in words_of_notes(found.notes))
    [one] = graph.mirror("USA", scope="284690").rows.to_pylist()
    assert (one["usd_importer"], one["tonnes_importer"]) == (2e4, 3.0)


def test_what_only_one_side_reports_is_counted_and_no_difference(graph):
    found = graph.mirror()

    assert len(found.rows) == 4
    said = found.coverage.as_object()
    assert said["flows_that_both_sides_report"] == 4
    assert (said["flows_that_only_the_exporter_reports"], said["USD_of_these_by_the_exporter"]) == (
        1, 5_000.0,
    )  # fmt: skip
    assert (said["flows_that_only_the_importer_reports"], said["USD_of_these_by_the_importer"]) == (
        1, 40_000.0,
    )  # fmt: skip
    assert (said["comparable_by_value"], said["of_these_within_10_%_by_value"]) == (4, 2)
    assert (said["comparable_by_weight"], said["of_these_within_10_%_by_weight"]) == (3, 0)


def test_a_period_can_be_chosen_and_a_missing_one_is_said(graph):
    rows = graph.mirror("CHN", period="2023").rows.to_pylist()
    assert [(r["period"], r["usd_ratio"]) for r in rows] == [("2023", 1.0)]
    with pytest.raises(GraphkitError, match=r"both sides .*2020.* 2023, 2024"):
        graph.mirror(period="2020")


def test_a_group_is_its_members(graph):
    with pytest.raises(GraphkitError, match=r"no trade .*European Union"):
        graph.mirror("EU27")


@pytest.mark.parametrize(
    "said",
    [
        "exporters' free on board … importers' … insurance … freight",
        "ratio … importer's … over exporter's",
        "comtrade-annual-exports, source un-comtrade",
        "Weights estimated … publisher: … 1 of 3 rows",
        "2024, HS22, gross weight … importers",
        "Rare-earth compounds (HS 284690, dominant)",
    ],
)
def test_the_table_says_what_the_figures_are(graph, said):
    assert unsaid(str(graph.mirror("KOR", scope="rare earths")), said) == []


def test_both_databases_give_the_same_json_for_any_order_of_rows(
    store: Store, graph: Session, tmp_path: Path
) -> None:
    rows = ROWS[:]
    random.Random(7).shuffle(rows)
    store.load(built(rows, tmp_path))

    assert whole(Session(store)) == whole(graph)


@pytest.mark.parametrize(
    ("dataset", "reporter", "usd", "valuation"),
    [(None, "importer", 1.1e5, "cif"), ("comtrade-annual-exports", "exporter", 1e5, "fob")],
)
def test_of_two_reports_of_the_same_trade_one_is_taken(graph, dataset, reporter, usd, valuation):
    found = graph.depends("KOR", on="CHN", scope="284690", period="2024", dataset=dataset)

    rows = [(row["reporter"], row["usd"], row["valuation"]) for row in found.rows.to_pylist()]
    assert rows == [(reporter, usd, valuation)]


@pytest.mark.parametrize(
    "said",
    [
        "importers … insurance … freight … comtrade-annual-imports",
        "`dataset=comtrade-annual-exports` takes it",
    ],
)
def test_an_answer_from_importers_reports_says_so(graph, said):
    found = graph.depends("KOR", on="CHN", scope="284690", period="2024")

    assert unsaid(str(found), said) == []


# --- the measure alone

FLOW = {
    "supplier": "A", "consumer": "B", "product": "p", "period": "2024", "dataset": "d",
    "source": "s", "hs": "1", "hs_revision": "HS22", "basis": "gross", "valuation": None,
    "usd": 1.0, "tonnes": 1.0, "tonnes_estimated": None,
}  # fmt: skip


def measured(*flows: dict[str, Any]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = mirror(pa.Table.from_pylist([FLOW | f for f in flows])).to_pylist()
    return rows


def test_a_sum_with_an_unknown_part_is_unknown():
    [found] = measured(
        {"reporter": "exporter"},
        {"reporter": "importer", "usd": 2.0},
        {"reporter": "importer", "hs": "2", "usd": None, "tonnes": None},
    )
    assert (found["usd_importer"], found["usd_difference"], found["usd_ratio"]) == (None,) * 3
    assert (found["tonnes_importer"], found["hs_importer"]) == (None, "1+2")


def test_masses_of_two_bases_and_a_ratio_to_nothing_are_not_compared():
    [found] = measured(
        {"reporter": "exporter", "usd": 0.0}, {"reporter": "importer", "basis": "REO"}
    )
    assert (found["usd_difference"], found["usd_ratio"]) == (1.0, None)
    assert (found["tonnes_exporter"], found["tonnes_importer"]) == (1.0, 1.0)
    assert (found["tonnes_difference"], found["tonnes_ratio"]) == (None, None)


def test_every_pair_of_data_sets_but_reconciled_ones_stands_side_by_side():
    found = measured(
        {"reporter": "exporter"},
        {"reporter": "exporter", "dataset": "e"},
        {"reporter": "importer"},
        {"reporter": "reconciled", "dataset": "baci"},
        {"reporter": "exporter", "consumer": "C"},
    )
    pairs = {(r["consumer"], r["reported_by"], r["dataset_exporter"], r["dataset_importer"])
             for r in found}  # fmt: skip
    assert pairs == {
        ("B", "both", "d", "d"), ("B", "both", "e", "d"), ("C", "exporter", "d", None),
    }  # fmt: skip


# --- the command


def test_the_examples_of_the_help(graphkit):
    code, out, _ = graphkit("mirror", "KOR", "--for", "rare earths", "-f", "json")
    assert code == 0
    assert len(json.loads(out)["rows"]) == 3
    code, out, _ = graphkit("mirror", "--for", "magnets-metal", "--period", "2023", "-f", "csv")
    assert code == 0
    assert out.splitlines()[1].startswith("KOR,JPN,magnets-metal,component,2023,900.0,999.0,99.0,")


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["Koreaa"], 2, "'Koreaa' … South Korea (KOR)"),
        (["--for", "unobtainium"], 2, "'unobtainium'"),
        (["--period", "24"], 2, "--period: '24'"),
        (["NOR"], 1, "no trade … Norway … one side"),
        (["--for", "magnets-metal", "--period", "2024"], 1, "2024 … 2023"),
    ],
)
def test_a_wrong_question_is_one_line(graphkit, arguments, code, message):
    found, out, err = graphkit("mirror", *arguments)

    assert (found, out) == (code, "")
    assert unsaid(err, message) == []
    assert err.count("\n") == 1


@pytest.mark.long
def test_reports_of_one_side_alone_are_said(tmp_path):
    rows = [r for r in both_sides() if r["flowCode"] == "M"]
    with DuckStore(tmp_path / "graph.duckdb") as store:
        store.load(built(rows, tmp_path))
        with pytest.raises(GraphkitError, match=r"reports of importers alone"):
            Session(store).mirror()
        with pytest.raises(UsageError):
            Session(store).mirror("nowhere at all")
