"""Scenario files: what they play, what is refused and where, and those that ship."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from saying import Naming
from test_supply_questions import CHAIN

from graphkit.answers.note import words_of_notes
from graphkit.api import Session
from graphkit.errors import GraphkitError, ScenarioError, UsageError
from graphkit.files.folders import shipped
from graphkit.files.input import TEXT
from graphkit.questions.supply.scenarios import read_scenario, scenario_names

STOP = """\
title: China stops metals
sources: [customs]
events:
  - {who: CHN, what: ree-metals, loss: 80 %, from: 2025-01, until: 2025-03}
slack: 20 %
stocks: 73 days
"""


@pytest.fixture
def chain(graph_of: Callable[..., Session]) -> Session:
    return graph_of(CHAIN)


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes a scenario with some texts replaced."""

    def written(changes: dict[str, str] | None = None, name: str = "stop") -> Path:
        text = STOP
        for old, new in (changes or {}).items():
            assert old in text
            text = text.replace(old, new)
        path = tmp_path / f"{name}.yaml"
        path.write_text(text)
        return path

    return written


def figures(answer: Any) -> list[dict[str, Any]]:
    return [
        {name: row[name] for name in row if name != "scenario"} for row in answer.rows.to_pylist()
    ]


def test_a_scenario_is_the_disruption_that_it_describes(chain, write):
    played = chain.scenario(write())
    asked = chain.stocks(
        "CHN", scope="ree-metals", loss=0.8, slack=0.2, stock_days=73.0, months=12, restart=4
    )

    assert figures(played) == asked.rows.to_pylist()
    assert set(played.rows["scenario"].to_pylist()) == {"stop"}
    assert played.headline == asked.headline
    assert played.scope.as_object()["restart"] == 4


def test_a_share_of_the_need_that_other_goods_replace_has_its_source(chain, write):
    path = write({"slack: 20 %": "substitution: {share: 30 %, source: usgs}"})
    played = chain.scenario(path)
    asked = chain.stocks(
        "CHN", scope="ree-metals", loss=0.8, stock_days=73.0, substitution=0.3, restart=4
    )

    assert figures(played) == asked.rows.to_pylist()
    assert "Sources: customs, usgs." in words_of_notes(played.notes)[0]


def test_several_stand_side_by_side_with_what_differs(chain, write):
    answer = chain.scenario(write(), write({"73 days": "0 days"}, "bare"))

    assert list(dict.fromkeys(answer.rows["scenario"].to_pylist())) == ["stop", "bare"]
    assert words_of_notes(answer.notes)[0] == Naming("differ … stock days 73.0 / 0.0")
    assert answer.headline == Naming("China cut 80 % … exports of rare-earth metals for 3")
    labels = json.dumps(answer.plot().option["yAxis"])
    assert "stop" in labels
    assert "bare" in labels


def test_the_same_file_gives_the_same_bytes(chain, write):
    path = write()

    assert chain.scenario(path).to_json() == chain.scenario(path).to_json()
    assert len(chain.scenario(path).scope.as_object()["sha256"]) == 64


@pytest.mark.parametrize(
    ("old", "new", "place", "message"),
    [
        ("until: 2025-03", "until: 2024-12", "4:68", "before the event … 2025-01"),
        ("what: ree-metals", "what: ore", "4:22", "no trade flows … ore"),
        ("who: CHN", "who: KOR", "4:22", "no exports|neither trade"),
        ("what: ree-metals", "what: unobtainium", "4:22", "unobtainium"),
        ("who: CHN", "who: [CHN, china]", "4:11", "found China twice"),
        ("who: CHN", "who: CHN+Atlantis", "4:11", "Atlantis"),
        ("stocks: 73 days", "stocks: 73", "6:9", "'73' … days … unit"),
        ("slack: 20 %", "slack: 0.2", "5:8", "'0.2' … a share"),
        ("loss: 80 %", "loss: 0 %", "4:40", "'0 %' … a share … more than 0"),
        ("loss: 80 %, ", "", "4:5", "found no loss"),
        ("from: 2025-01", "from: January", "4:52", "'January' … a month"),
        ("slack", "slak", "5:1", "field 'slak'"),
        (
            "slack: 20 %",
            "substitution: 10 %",
            "5:15",
            "'10 %' … a share and",
        ),
        ("slack: 20 %", "substitution: {share: 10 %}", "5:15", "found no source"),
        ("slack: 20 %", "substitution: {share: 0.1, source: x}", "5:23", "'0.1' … a"),
        ("sources: [customs]", "sources: []", "2:10", "found no sources"),
        ("who: CHN", "restriction: x, who: CHN", "4:19", "one of the two"),
    ],
)
def test_a_wrong_file_is_one_line_with_its_place(chain, write, old, new, place, message):
    with pytest.raises(ScenarioError) as error:
        chain.scenario(write({old: new}))

    assert str(error.value).startswith(f"stop.yaml:{place}: ")
    assert any(Naming(text) == str(error.value) for text in message.split("|"))
    assert "\n" not in str(error.value)


def test_what_is_no_scenario_is_refused(chain, write, tmp_path):
    with pytest.raises(UsageError, match=r"'nothing'.*a file"):
        chain.scenario("nothing")
    with pytest.raises(GraphkitError, match="cannot be read"):
        chain.scenario(tmp_path / "none.yaml")
    with pytest.raises(GraphkitError, match=r"a folder, .*a file"):
        chain.scenario(tmp_path)
    (tmp_path / "huge.yaml").touch()
    os.truncate(tmp_path / "huge.yaml", TEXT + 1)
    with pytest.raises(GraphkitError, match=r"huge.yaml: .*16,777,217 bytes, .*at most"):
        chain.scenario(tmp_path / "huge.yaml")
    with pytest.raises(UsageError, match="twice"):
        chain.scenario(write(), write())
    with pytest.raises(UsageError, match="found no scenario"):
        chain.scenario()
    with pytest.raises(ScenarioError, match="a list of one event"):
        chain.scenario(write({"  - {": "  - {who: KOR}\n  - {"}))
    (tmp_path / "list.yaml").write_text("- a\n")
    with pytest.raises(ScenarioError, match=r"list.yaml:1:1: .*a list, .*a mapping"):
        chain.scenario(tmp_path / "list.yaml")


def test_the_scenarios_that_ship_are_right_and_described(ask):
    page = (Path(__file__).parents[1] / "docs/scenarios.md").read_text(encoding="utf-8")
    sources = set(ask.catalog.nodes("Source")["key"].to_pylist())

    assert len(scenario_names()) == 6
    assert shipped("scenarios").is_dir()
    for name in scenario_names():
        scenario = read_scenario(ask.catalog, name)
        assert f"| `{name}` |" in page
        assert all(text in sources or text.startswith("https://") for text in scenario.sources)
        assert scenario.note
