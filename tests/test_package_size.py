"""The package stays small enough to be installed anywhere."""

from __future__ import annotations

import zlib
from pathlib import Path

ROOT = Path(__file__).parents[1]
PARTS = ("graphkit", "seeds", "queries")
"""Files of the wheel, by the build section of pyproject.toml."""
MOST = 20_000_000


def test_the_wheel_is_under_20_megabytes():
    files = (p for part in PARTS for p in sorted((ROOT / part).rglob("*")) if p.is_file())
    packed = sum(
        len(zlib.compress(p.read_bytes(), 1)) for p in files if "__pycache__" not in p.parts
    )
    assert 1_000_000 < packed < MOST
