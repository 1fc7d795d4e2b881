"""Every declared question, in the order of the help, and the views of the page.

Commands, Python methods and the table of commands come from here, without importing a question.
Those of other packages are looked for when a name is none of graphkit's own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import TypeVar

from graphkit.errors import GraphkitError
from graphkit.plugins import VERBS as GROUP
from graphkit.plugins import Plugin, plugins
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
T = TypeVar("T")


class _ByQuestion(dict[str, T]):
    """Declarations of graphkit's questions; of another package's, by its name alone."""

    def __init__(self, declared: Callable[[Verb], Mapping[str, T]]) -> None:
        super().__init__(item for verb in VERBS for item in declared(verb).items())
        self._declared = declared

    def __missing__(self, name: str) -> T:
        for verb in added_verbs():
            if name in (declared := self._declared(verb)):
                return declared[name]
        raise KeyError(name)


def _declarations(verb: Verb) -> dict[str, Verb | Variant]:
    both = (verb, verb.variant)
    return {name_of(question.function): question for question in both if question is not None}


PARAMETERS = _ByQuestion(lambda verb: verb.questions)
"""The parameters of each question, by its name."""
QUESTIONS = _ByQuestion(_declarations)
"""The declaration of each question by its name: its function, sentence and picture."""
ASKED_BY = _ByQuestion(lambda verb: dict.fromkeys(verb.questions, verb))
"""The verb that asks each question, by the name of the question."""
VIEWS = (
    "Country", "Mineral", "Over time", "Flows", "Chain", "Network", "What if", "Act", "Claims",
)  # fmt: skip
"""Views of the page that ask questions, in order."""


def questions_of(view: str) -> list[Verb]:
    """List the questions of a view of the page, in order.

    >>> [verb.name for verb in questions_of("Over time")]
    ['trend', 'compare']
    """
    pages = [
        (verb.page.place, verb) for verb in every_verb() if verb.page and verb.page.view == view
    ]
    return [verb for _, verb in sorted(pages, key=lambda pair: pair[0])]


def added_names() -> dict[str, Plugin]:
    """Find the verbs of other packages by name; none takes the name of one of graphkit's."""
    own = {verb.name.partition(" ")[0] for verb in VERBS}
    return {name: plugin for name, plugin in plugins(GROUP).items() if name not in own}


def added_verb(plugin: Plugin) -> Verb:
    """Load the verb of another package.

    Raises
    ------
    GraphkitError
        It does not work, or its question has the name of one of graphkit's.
    """
    verb = replace(plugin.load(Verb), name=plugin.name)
    if own := sorted(verb.questions.keys() & PARAMETERS.keys()):
        raise GraphkitError(
            f"{plugin}: found a question called {own[0]}, wanted a name that graphkit has not"
        )
    return verb


def every_verb() -> tuple[Verb, ...]:
    """List the verbs of graphkit, and behind them those of other packages."""
    return (*VERBS, *added_verbs())


def added_verbs() -> tuple[Verb, ...]:
    """Load the verbs of other packages, without those that do not work, which the doctor names."""
    verbs = []
    for plugin in added_names().values():
        with suppress(GraphkitError):
            verbs.append(added_verb(plugin))
    return tuple(verbs)
