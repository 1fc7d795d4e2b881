"""Commands whose packages are extras: without them, an error names the extra to install."""

from __future__ import annotations

import os
import sys

import pytest
import test_cli
from saying import Naming
from test_cli import in_terminal

from graphkit.cli.cypher import Prompt
from graphkit.errors import GraphkitError
from graphkit.render.formats import View
from graphkit.stores.limits import Limits
from graphkit.stores.neo4j.server import STATE, server_status

graphkit = test_cli.graphkit
STATE_TEXT = (
    '{"version": "2026.08.1", "bolt_port": 7687, "http_port": 7474, "pid": 1, '
    '"transaction_memory": 256}'
)


def test_fetching_names_its_extra(graphkit, monkeypatch, tmp_path):
    monkeypatch.delitem(sys.modules, "graphkit.importers.comtrade_api", raising=False)
    monkeypatch.setitem(sys.modules, "urllib3", None)

    done = graphkit("fetch", "comtrade", "--reporter", "KOR", "--products", "2846",
                    "--years", "2024", "-o", str(tmp_path / "korea.json"))  # fmt: skip

    assert (done.code, done.out) == (1, "")
    assert done.err.count("\n") == 1
    assert done.err == Naming("found no urllib3 … [fetch]")


def test_the_prompt_names_its_extra_and_the_ways_without_it(embedded_of, monkeypatch):
    monkeypatch.setitem(sys.modules, "prompt_toolkit", None)

    with pytest.raises(GraphkitError) as error:
        Prompt(embedded_of().store, Limits(), {}, View()).run()

    assert str(error.value) == Naming("found no prompt_toolkit … [prompt] … argument, with -i FILE")


def test_a_local_server_names_its_extra(monkeypatch, tmp_path):
    (tmp_path / STATE).write_text(STATE_TEXT)
    monkeypatch.setitem(sys.modules, "psutil", None)

    with pytest.raises(GraphkitError) as error:
        server_status(home=tmp_path)

    assert str(error.value) == Naming("found no psutil … [server]")
    assert (tmp_path / STATE).exists()  # of a server that may run


def test_no_package_of_an_extra_is_needed_to_answer(sliced_file, tmp_path):
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\nsys.modules |= dict.fromkeys(('psutil', 'urllib3', 'prompt_toolkit'))\n"
    )
    environment = {
        **os.environ, "PYTHONPATH": str(tmp_path), "GRAPHKIT_DB": str(sliced_file),
    }  # fmt: skip

    assert "2 of 3 products" in in_terminal(["depends", "KOR"], 100, environment)
