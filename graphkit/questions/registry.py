"""Every declared question, in the order of the help, and the views of the page.

Commands, Python methods and the table of commands come from here, without importing a question.
"""

from __future__ import annotations

from collections.abc import Mapping

from graphkit.questions.act import verbs as act
from graphkit.questions.claims import verbs as claims
from graphkit.questions.dependence import verbs as dependence
from graphkit.questions.markets import verbs as markets
from graphkit.questions.plants import verbs as plants
from graphkit.questions.supply import verbs as supply
from graphkit.verbs.verb import Variant, Verb, name_of

VERBS = (
    *dependence.VERBS,
    *supply.VERBS,
    *act.VERBS,
    *markets.VERBS,
    *plants.VERBS,
    *claims.VERBS,
)
PARAMETERS = {name: parameters for verb in VERBS for name, parameters in verb.questions.items()}
"""The parameters of each question, by its name."""
QUESTIONS: Mapping[str, Verb | Variant] = {
    name_of(question.function): question
    for verb in VERBS
    for question in (verb, verb.variant)
    if question is not None
}
"""The declaration of each question by its name: its function, sentence and picture."""
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
