"""networkx's own tests, run through the backend: with the extra ``fast`` and without it."""

from __future__ import annotations

import importlib.metadata
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from graphkit.analysis.network.scores import is_fast
from graphkit.networkx_backend.interface import ALGORITHMS, NEEDS_FAST

ROOT = Path(__file__).parents[2]
NETWORKX_TESTS = [
    f"networkx.algorithms.{name}"
    for name in (
        "centrality.tests.test_betweenness_centrality",
        "centrality.tests.test_closeness_centrality",
        "centrality.tests.test_degree_centrality",
        "centrality.tests.test_eigenvector_centrality",
        "components.tests.test_biconnected",
        "components.tests.test_strongly_connected",
        "link_analysis.tests.test_hits",
        "link_analysis.tests.test_pagerank",
        "tests.test_bridges",
        "tests.test_dominance",
    )
]


@pytest.mark.parametrize("numba", ["compiled", "default"])
def test_networkx_own_tests_pass_through_the_backend(tmp_path, numba):
    """Every test of the functions that run on arrays, from the installed networkx."""
    paths = [tmp_path / "site", ROOT, os.environ.get("PYTHONPATH", "")]
    metadata = tmp_path / "site" / "graphkit_entry_points-0.dist-info"
    metadata.mkdir(parents=True)
    if not importlib.metadata.entry_points(group="networkx.backends", name="graphkit"):
        (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: graphkit-entry-points\n")
        (metadata / "entry_points.txt").write_text(
            "[networkx.backends]\ngraphkit = graphkit.networkx_backend.interface:BACKEND\n"
            "[networkx.backend_info]\ngraphkit = graphkit.networkx_backend:get_info\n"
        )
    if numba == "default":
        (tmp_path / "site" / "sitecustomize.py").write_text(
            "import sys; sys.modules['numba'] = None\n"
        )
    log = tmp_path / "calls.log"
    command = [
        sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--pyargs",
        *NETWORKX_TESTS, "--log-level=DEBUG", f"--log-file={log}",
    ]  # fmt: skip
    environment = {
        **os.environ, "PYTHONPATH": os.pathsep.join(map(str, paths)),
        "NETWORKX_TEST_BACKEND": "graphkit", "NETWORKX_FALLBACK_TO_NX": "True",
    }  # fmt: skip
    run = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment)
    summary = run.stdout.splitlines()[-1]

    assert run.returncode == 0, run.stdout[-3000:]
    assert re.fullmatch(r"\d+ passed in .*", summary), summary
    used = set(re.findall(r"Using backend 'graphkit' for call to '(\w+)'", log.read_text()))
    expected = set(ALGORITHMS)
    if numba == "default" or not is_fast():
        expected -= NEEDS_FAST
    assert expected <= used
