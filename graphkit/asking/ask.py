"""A question in words, as the commands that it may mean."""

from __future__ import annotations

from dataclasses import dataclass

from graphkit.asking.rules import FORMS, Wanted, filled, wanted
from graphkit.asking.sentence import Sentence, read
from graphkit.asking.vocabulary import Word
from graphkit.brief.brief import BRIEF
from graphkit.catalog.catalog import Catalog
from graphkit.questions.addresses import Pairs, command_of
from graphkit.questions.registry import VERBS
from graphkit.verbs.verb import Verb

MARKS = {Word.SELLER_NEXT, Word.BUYER_NEXT, Word.PLACE_NEXT}
"""Words that tell only who sells and who buys."""


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


def placed(catalog: Catalog, verb: Verb, words: str) -> tuple[Command | None, tuple[str, ...]]:
    """Put names that stand behind a verb where the verb takes them.

    Parameters
    ----------
    catalog : Catalog
        The names of a graph.
    verb : Verb
        The verb that was typed.
    words : str
        All that stands behind it: ``lithium``, ``korea magnets 2024``.

    Returns
    -------
    command : Command or None
        None if the verb does not take all of them, or a word is no name.
    lacking : tuple of str
        Roles that it cannot do without and that are not named.
    """
    sentence = read(catalog, words)
    form = FORMS.get(verb.name)
    if form is None or sentence.unread or sentence.figures or not sentence.words <= MARKS:
        return None, ()
    some = filled(form, sentence)
    places = [place.key for place in sentence.places]
    mentioned = [*places, *sentence.goods, *sentence.makers, *sentence.periods]
    values = {value for text in some.fields.values() for value in text.split(",")}
    if not mentioned or not values.issuperset(mentioned):
        return None, ()
    required = {p.name for p in verb.parameters if p.default is ...}
    lacking = {role for role in some.lacks if role != "goods" or form.goods in required}
    if not lacking and not required <= some.fields.keys():
        return None, ()
    return _command(verb, some), tuple(sorted(lacking))


def _command(verb: Verb, some: Wanted) -> Command:
    fields = [(parameter.field, some.fields[parameter.name])
              for parameter in verb.parameters if parameter.name in some.fields]  # fmt: skip
    return Command(verb, fields)
