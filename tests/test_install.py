"""The command that installs an extra follows from where graphkit was installed."""

from __future__ import annotations

import json
import shutil
import sys
from importlib import metadata
from types import SimpleNamespace

import pytest

from graphkit.errors import install


@pytest.mark.parametrize(
    ("noted", "wanted"),
    [
        (None, "'graphkit-minerals[mcp]'"),
        ({"url": "file:///d/g-0.2.0.whl", "archive_info": {}},
         "'graphkit-minerals[mcp] @ file:///d/g-0.2.0.whl'"),
        ({"url": "file:///a%20clone", "dir_info": {}},
         "'graphkit-minerals[mcp] @ file:///a%20clone'"),
        ({"url": "file:///a%20clone", "dir_info": {"editable": True}}, "-e '/a clone[mcp]'"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("pip", ["first on the path", "of an environment", "none"])
def test_an_extra_comes_from_where_graphkit_came_from(noted, wanted, pip, monkeypatch):
    told = None if noted is None else json.dumps(noted)
    found = {"first on the path": ("/bin/pip", "/bin/pip"), "none": (None, "/bin/pip"),
             "of an environment": ("/env/bin/pip", "/bin/pip")}[pip]  # fmt: skip
    monkeypatch.setattr(shutil, "which", lambda name, path=None: found[path is None])
    monkeypatch.setattr(metadata, "distribution", lambda name: SimpleNamespace(
        read_text=lambda file: told if file == "direct_url.json" else None))  # fmt: skip
    command = {"first on the path": "pip install", "of an environment": "/env/bin/pip install",
               "none": f"uv pip install --python {sys.executable}"}[pip]  # fmt: skip

    assert install("mcp") == f"{command} {wanted}"


def test_a_folder_that_was_not_installed_names_the_package(monkeypatch):
    def missing(name: str) -> None:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "distribution", missing)
    assert install("plot").endswith("'graphkit-minerals[plot]'")
