"""Ten questions of a newcomer to an assistant, through the official client: short, with sources."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from saying import unsaid
from test_mcp import Server, asked, said, serving

from graphkit.build import build_graph
from graphkit.files.folders import shipped
from graphkit.mcp.reply import SHORT, size_of
from graphkit.seeds.facts import read_seeds
from graphkit.stores.duck.store import DuckStore

TASKS: dict[str, tuple[str, dict[str, Any], tuple[str, ...]]] = {
    "How dependent is Germany on China for gallium?": (
        "depends", {"country": "Germany", "on": "China", "for": "gallium"},
        ("China … 36 % … Germany’s imports", "gallium and six more metals"),
    ),
    "Which country stands behind Korea's lithium hydroxide, beyond the seller?": (
        "origins", {"country": "Korea", "for": "lithium hydroxide"},
        ("South Korea’s imports of lithium hydroxide", "2024"),
    ),
    "What happens to Japan if Myanmar stops selling rare earths?": (
        "disrupt", {"who": "Myanmar", "for": "rare earths", "of": "Japan"},
        ("Myanmar stopped", "rare earth elements", "Japan would lose"),
    ),
    "Is '47.5 % of Korea's rare-earth imports come from China' right?": (
        "check_sentence",
        {"sentence": "47.5 % of Korea's rare-earth imports come from China", "consumer": "Korea",
         "supplier": "China", "element": "rare earths", "value": 0.475},
        ("Cannot be told", "47.5 %", "South Korea from China", "Rare earths", "2024"),
    ),
    "Who are the three largest refiners of cobalt, with their source?": (
        "query", {"name": "production", "parameters": {
            "products": "cobalt-processed", "periods": "2016-2020"}},
        ("Production",),
    ),
    "How has the concentration of natural graphite changed since 2015?": (
        "trend", {"for": "natural graphite", "since": "2015"},
        ("world’s imports of natural graphite",),
    ),
    "Which export controls of China touch magnets today?": (
        "controls", {"country": "China", "for": "magnets"},
        ("Known to graphkit … 3 export controls of China",),
    ),
    "Compare Korea's and Japan's exposure to China for magnets.": (
        "depends", {"country": "KOR,JPN", "on": "CHN", "for": "magnets"},
        ("China … 87 % … South Korea’s imports of metal magnets", "2024"),
    ),
    "Which US imports have a single supplier above 90 %?": (
        "depends", {"country": "USA"}, ("United States … half … imports",),
    ),
    "How much dysprosium does Australia export?": (
        "flows", {"of": "Australia", "for": "dysprosium"},
        ("largest flow of dysprosium … Australia … 2024 cannot be told",),
    ),
}  # fmt: skip
"""Of each question the tool, its arguments, and what the headline names."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of the whole shipped graph."""
    path: Path = tmp_path_factory.mktemp("whole") / "graph.duckdb"
    with DuckStore(path) as store:
        store.load(build_graph(read_seeds(shipped("seeds"))))
    with serving(str(path)) as server:
        yield server


@pytest.mark.long
@pytest.mark.parametrize("question", TASKS)
def test_a_question_has_a_short_answer_with_a_source_to_open(whole, question):
    tool, arguments, headline = TASKS[question]
    result = asked(whole.address, tool, arguments)

    assert not result.is_error, said(result)
    content = result.structured_content
    assert unsaid(content["headline"], *headline) == []
    assert size_of({"structured": content, "text": said(result)}) <= SHORT
    sources = [source for source in content["citations"] if source.get("url")]
    assert sources
    assert all(source["title"] and source["licence"] for source in sources)
    assert sources[0]["url"] in said(result)
