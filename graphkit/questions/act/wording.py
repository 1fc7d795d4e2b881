"""Words that targets and purchases share with their first lines and pictures."""

from __future__ import annotations

ONE_COUNTRY = "one-country"
"""Aim at a largest share of one other country."""
FACE_VALUE, SOURCED = "face value", "sourced"
"""Counted by the last seller; by published shares of imports and own production together."""
MET, POSSIBLE, IMPOSSIBLE = "met", "possible", "impossible"
