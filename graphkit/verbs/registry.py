"""Every declared question, in the order of the help, and the views of the page.

Commands, Python methods and the table of commands come from here, without importing a question.
"""

from __future__ import annotations

from graphkit.verbs import (
    action,
    claims,
    dependence,
    facilities,
    markets,
    policy,
    supply,
    trade,
    uses,
)
from graphkit.verbs.verb import Verb

VERBS = (
    *dependence.VERBS,
    *supply.VERBS,
    *policy.VERBS,
    *action.VERBS,
    *markets.VERBS,
    *uses.VERBS,
    *facilities.VERBS,
    *trade.VERBS,
    *claims.VERBS,
)
PARAMETERS = {key: parameters for verb in VERBS for key, parameters in verb.functions.items()}
"""The parameters of each function in :mod:`graphkit.questions`."""
PICTURES = {
    **{verb.function: verb.picture for verb in VERBS},
    **{verb.variant.function: verb.variant.picture for verb in VERBS if verb.variant},
}
"""The name of the picture of each function's answers."""
VIEWS = (
    "Country", "Mineral", "Over time", "Flows", "Chain", "Network", "What if", "Act", "Claims",
)  # fmt: skip
"""Views of the page that ask questions, in order."""


def questions_of(view: str) -> list[Verb]:
    """List the questions of a view of the page, in order.

    >>> [verb.name for verb in questions_of("Over time")]
    ['trend', 'compare']
    """
    pages = [(verb.page.place, verb) for verb in VERBS if verb.page and verb.page.view == view]
    return [verb for _, verb in sorted(pages, key=lambda pair: pair[0])]
