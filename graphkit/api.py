"""The Python API: the command line's verbs, their answers as tables."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from graphkit.answer import Answer
from graphkit.questions import concentration, dependence, n_minus_1, reliance
from graphkit.questions.centrality import centrality, layered_centrality
from graphkit.questions.checks import check_claims
from graphkit.questions.conflicts import claim_conflicts
from graphkit.questions.facts import Facts
from graphkit.questions.published import list_claims

Asked = ParamSpec("Asked")


class Reply(Answer):
    """An answer that shows itself, and turns into what other tools take."""

    def __repr__(self) -> str:
        from graphkit.render import answer_text

        return answer_text(self)

    def to_pandas(self) -> Any:
        """The rows as a ``pandas.DataFrame``."""
        return self.rows.to_pandas()

    def to_polars(self) -> Any:
        """The rows as a ``polars.DataFrame``, without a copy where types allow."""
        import polars

        return polars.from_arrow(self.rows)


def _verb(
    question: Callable[Concatenate[Facts, Asked], Answer],
) -> Callable[Concatenate[Facts, Asked], Reply]:
    @wraps(question)
    def ask(facts: Facts, /, *args: Asked.args, **kwargs: Asked.kwargs) -> Reply:
        return Reply(**vars(question(facts, *args, **kwargs)))

    return ask


class Graph(Facts):
    """One database, and the questions it answers."""

    concentration = _verb(concentration.concentration)
    centrality = _verb(centrality)
    layered_centrality = _verb(layered_centrality)
    depends = _verb(dependence.depends)
    dependents = _verb(dependence.dependents)
    n_minus_1 = _verb(n_minus_1.n_minus_1)
    reliance = _verb(reliance.reliance)
    suppliers = _verb(dependence.suppliers)
    list_claims = _verb(list_claims)
    check_claims = _verb(check_claims)
    claim_conflicts = _verb(claim_conflicts)
