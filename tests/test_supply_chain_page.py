"""The page of the supply chain is what its tool writes, and what it says of licences is so."""

from __future__ import annotations

import tomllib
from importlib.metadata import PackageNotFoundError, metadata

from supply_chain_page import LICENCES, PAGE, ROOT, supply_chain_page


def test_the_page_is_what_the_tool_writes():
    """It is corrected by ``python tools/supply_chain_page.py``."""
    assert PAGE.read_text(encoding="utf-8") == supply_chain_page()


def test_every_file_of_the_lock_has_a_hash():
    """The lock of the whole project, of tests and docs as well."""
    lock = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
    files = [
        file
        for package in lock["package"]
        for file in [*package.get("wheels", []), *filter(None, [package.get("sdist")])]
    ]

    assert len(files) > 1_000
    assert all(file["hash"].startswith("sha256:") for file in files)


def test_licences_are_those_that_installed_packages_state():
    compared = 0
    for name, licence in LICENCES.items():
        try:
            stated = metadata(name)["License-Expression"]
        except PackageNotFoundError:
            continue
        if stated:
            assert licence == stated, name
            compared += 1
    assert compared > 20
