"""Writes docs/columns.md, the columns of every answer with their meaning and unit.

python tools/columns_page.py
"""

from __future__ import annotations

from pathlib import Path

from graphkit.questions.columns import columns_page
from graphkit.questions.registry import VERBS

PAGE = Path(__file__).parents[1] / "docs/columns.md"

if __name__ == "__main__":
    PAGE.write_text(columns_page(VERBS), encoding="utf-8")
