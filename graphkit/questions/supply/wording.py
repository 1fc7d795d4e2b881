"""Who stops, and an estimate beside its range, in first lines on supply."""

from __future__ import annotations

from dataclasses import replace

from graphkit.answers.answer import PLAIN_NAME
from graphkit.answers.goods import Named
from graphkit.answers.sentence import Claim, Sentence
from graphkit.answers.terms import Role
from graphkit.headlines.wording import (
    ESTIMATE,
    WIDE,
    Lexicon,
    figure_of_share,
    part,
    without_brackets,
)
from graphkit.questions.supply.terms import Lost, Stopped


def _estimated(claim: Claim, share: float) -> Claim:
    """Claim the estimate of a figure that is a range."""
    qualifiers = (*claim.qualifiers, ESTIMATE)
    return replace(claim, figure=figure_of_share(share), qualifiers=qualifiers)


def in_brackets(claim: Claim, share: float | None) -> Sentence:
    """Add in brackets the estimate of a range, where that is not the same."""
    if share is None or str(claim.figure) == part(share):
        return Sentence()
    mean = _estimated(claim, share)
    return Sentence(f" (estimate: {mean.figure})", (mean,))


def cut_of(names: Lexicon, exports: str = "") -> str:
    """Write the cut of exports that a question plays, of all that it names or in other words."""
    scope = names.answer.scope
    stopped, exporting = who_stopped(names), scope.places(Role.EXPORTERS)
    if stopped and not exporting:
        return f"If {stopped}"
    keys = scope.places(Role.EXPORTER) or exporting or ["an exporter"]
    exporters, its = names.places(keys), "its" if len(keys) == 1 else "their"
    if stopped:
        exports = f"{its} exports and {stopped}"
    if not exports:
        acts = [goods.name for goods in names.answer.goods if goods.kind is Named.CONTROL]
        what = f"under {acts[0]}" if acts else f"of {names.subject}"
        exports = f"{its} exports {what}"
        if destinations := scope.places(Role.DESTINATIONS):
            exports += f" to {names.places(destinations)}"
    loss = part_lost(names)
    if loss >= 1:
        return f"If {exporters} stopped {exports}"
    return f"If {exporters} cut {loss * 100:g} % of {exports}"


def part_lost(names: Lexicon) -> float:
    """Return the part that is lost."""
    lost = names.answer.scope.of(Lost)
    return 1.0 if lost is None else lost.loss


def who_stopped(names: Lexicon) -> str:
    """Write which plants stop making all or a part of it; empty if none does."""
    stopped, loss = names.answer.scope.of(Stopped), part_lost(names)
    if stopped is None:
        return ""
    text = without_brackets(stopped.stopped)
    text = text if PLAIN_NAME.fullmatch(text) else "what is named"
    if stopped.level == "seat":
        text = f"plants of owners in {names.place(stopped.key)}"
    elif stopped.level == "company":
        text = f"plants of {text}"
    return f"{text} stopped" if loss >= 1 else f"{text} made {loss * 100:g} % less"


def capacity_known(names: Lexicon) -> str:
    """Say if less than half of the capacity behind a loss is known, or if that is unknown."""
    known = {stopped.capacity_coverage for stopped in names.answer.scope.each(Stopped)}
    if "unknown" in known:
        return "; coverage of its capacity is unknown"
    return "; under half of capacity is known" if "under half" in known else ""


def with_estimate(claim: Claim, share: float | None, *, is_wide: bool) -> tuple[Sentence, Sentence]:
    """Write a range, with its estimate before it if that is wide, else to be added after it."""
    figure, estimate = claim.figure, in_brackets(claim, share)
    assert figure is not None
    width = 0.0 if figure.low is None or figure.high is None else figure.high - figure.low
    if not estimate.words or not (is_wide or width > WIDE):
        return Sentence(str(figure), (claim,)), estimate
    mean = estimate.claims[0].figure
    return Sentence(f"an estimated {mean} ({figure})", (claim, *estimate.claims)), Sentence()
