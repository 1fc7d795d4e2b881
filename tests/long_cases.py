"""Cases of a test of which a run of the whole suite has some, and one of the long tests all."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def others_long(cases: Iterable[Any], ordinary: int) -> list[Any]:
    """Return the first ``ordinary`` cases as they are, and the others as long ones."""
    return [
        case
        if number < ordinary
        else pytest.param(*(case if isinstance(case, tuple) else (case,)), marks=pytest.mark.long)
        for number, case in enumerate(cases)
    ]
