"""A question in words, as the commands that it may mean."""

from __future__ import annotations

from dataclasses import dataclass

from graphkit.asking.rules import Wanted, wanted
from graphkit.asking.sentence import Sentence, read
from graphkit.brief.brief import BRIEF
from graphkit.catalog.catalog import Catalog
from graphkit.questions.addresses import Pairs, command_of
from graphkit.questions.registry import VERBS
from graphkit.verbs.verb import Verb


@dataclass(frozen=True)
class Reading:
    """A question in words as it is read."""

    sentence: Sentence
    meant: tuple[Command, ...]
    """Commands that it may mean, the likeliest first."""
    lacking: tuple[Wanted, ...]
    """Commands that it would be with more names."""
    is_sure: bool
    """True if the first command may run: every word was read, and no other is as likely."""


@dataclass(frozen=True)
class Command:
    """A verb with its fields and values, as an address has them."""

    verb: Verb
    pairs: Pairs

    def __str__(self) -> str:
        return command_of(self.verb, self.pairs, None)


def reading(catalog: Catalog, text: str) -> Reading:
    """Read a question in words into commands.

    Parameters
    ----------
    catalog : Catalog
        The names of a graph.
    text : str
        ``korea magnets``, ``who depends on china for cobalt``.

    Returns
    -------
    Reading
        By rules and tables alone: the same text is read the same way on every machine.
    """
    sentence = read(catalog, text)
    verbs = {verb.name: verb for verb in (*VERBS, BRIEF)}
    commands, is_sure = wanted(sentence)
    whole = [some for some in commands if some.verb in verbs and not some.lacks]
    lacking = [some for some in commands if some.verb in verbs and some.lacks]
    is_sure = is_sure and bool(whole) and whole[0] is commands[0] and not sentence.unread
    meant = [_command(verbs[some.verb], some) for some in whole]
    return Reading(sentence, tuple(meant), tuple(lacking), is_sure)


def _command(verb: Verb, some: Wanted) -> Command:
    fields = [(parameter.field, some.fields[parameter.name])
              for parameter in verb.parameters if parameter.name in some.fields]  # fmt: skip
    return Command(verb, fields)
