"""The mornings of ``docs/mornings.md`` run as they stand, each in an empty folder."""

from __future__ import annotations

import pytest
from mornings_page import PAGE, mornings, play

SECTIONS = mornings(PAGE.read_text(encoding="utf-8"))


@pytest.mark.long
@pytest.mark.parametrize(
    "section", SECTIONS, ids=lambda section: section.splitlines()[0].strip("# ")
)
def test_a_morning_prints_what_its_page_shows(section, tmp_path):
    """``tools/mornings_page.py`` writes it anew."""
    assert play(section, tmp_path) == section
