"""Industries that a shortfall reaches: uses of what is lost, without a loss of their own."""

from __future__ import annotations

from math import fsum
from typing import Any

import pytest
from saying import Naming, unsaid

from graphkit.answers.note import words_of_notes
from graphkit.api import Session
from graphkit.plot.pictures import picture


def rows(answer: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = answer.rows.to_pylist()
    return found


@pytest.mark.long
def test_a_shortfall_reaches_the_uses_of_the_element_with_the_range_of_the_loss(ask: Session):
    losses = rows(ask.disrupt("CHN", scope="neodymium", of="KOR", period="2024"))
    answer = ask.disrupt("CHN", scope="neodymium", of="KOR", period="2024", industries=True)
    uses = {row["label"]: row for row in rows(answer)}

    assert set(uses) == {"Magnets", "Autocatalysts", "Batteries", "Ceramics", "Glass",
                         "Metal (excl. Batteries)"}  # fmt: skip
    magnets = uses["Magnets"]
    assert (magnets["share"], magnets["sector"], magnets["value_added"]) == (0.8, "C25", 163_568e6)
    assert magnets["products"] == sorted({row["product"] for row in losses})
    assert magnets["lost_low"] == min(row["low"] for row in losses)
    assert magnets["lost_high"] == max(row["high"] for row in losses)


def test_the_value_added_counts_each_sector_once_and_is_called_exposure(ask: Session):
    answer = ask.disrupt("CHN", scope="neodymium", of="KOR", period="2024", industries=True)
    added = {row["sector"]: row["value_added"] for row in rows(answer)}

    counts = answer.coverage.as_object()
    assert counts["sectors"] == len(added)
    assert counts["value_added_eur"] == fsum(added.values())
    # The value added is the European Union's, and nothing of a consumer elsewhere.
    assert answer.headline == Naming("China stopped … 6 uses of neodymium … the European Union")
    assert "EUR" not in answer.headline
    whole = ask.disrupt("CHN", scope="neodymium", period="2024", industries=True)
    assert whole.headline == Naming("the European Union … EUR … exposure, not loss")
    assert any("exposure, not loss" in note for note in words_of_notes(answer.notes))
    assert unsaid(answer.caption, "no estimate … loss") == []
    assert any("Applications behind it" in note for note in words_of_notes(answer.notes))


def test_without_a_consumer_no_part_of_imports_is_named(ask: Session):
    answer = ask.disrupt("CHN", scope="ree-metals", period="2024", industries=True)

    assert answer.rows["lost_high"].null_count == len(answer.rows) > 0
    assert "0.0" not in {str(row["share"]) for row in rows(answer)}
    assert picture(answer).drawn > 0


def test_where_nothing_is_lost_nothing_is_reached(ask: Session):
    answer = ask.disrupt(
        "NOR", scope="ree-metals", of="KOR", period="2024", min_loss=1.0, industries=True
    )

    assert len(answer.rows) == 0
    assert unsaid(answer.nothing.words, "No loss … 100 %") == []
