"""Outcomes that first lines on targets and purchases name."""

from __future__ import annotations

MET, POSSIBLE, IMPOSSIBLE = "met", "possible", "impossible"
