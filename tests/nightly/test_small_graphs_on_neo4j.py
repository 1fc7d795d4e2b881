"""Every question about a small graph that the ordinary tests ask the embedded database, on Neo4j.

A run of the whole suite asks Neo4j the first of each module alone.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
MODULES = [
    path.name
    for path in sorted(TESTS.glob("test_*.py"))
    if re.search(r"def \w+\([^)]*\bgraph_of\b", path.read_text(encoding="utf-8"))
]


@pytest.mark.parametrize("module", MODULES)
def test_neo4j_answers_the_questions_of_a_module(module, neo4j_server):
    uri, user, password = neo4j_server
    login = {"NEO4J_URI": uri, "NEO4J_USERNAME": user, "NEO4J_PASSWORD": password}
    command = [sys.executable, "-m", "pytest", "-m", "long", "-k", "neo4j", str(TESTS / module)]
    done = subprocess.run(
        command, env={**os.environ, **login}, cwd=TESTS.parent, capture_output=True, text=True
    )

    assert done.returncode == 0, done.stdout[-3000:]
    assert re.search(r"^\d+ passed", done.stdout, re.MULTILINE)
