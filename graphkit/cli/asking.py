"""Questions in words at the shell: the command that one means, or those that it may mean."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Sequence
from difflib import get_close_matches
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from graphkit.cli.options import opened, say, say_plainly

if TYPE_CHECKING:
    from graphkit.asking.ask import Reading

NEAR = 0.72
"""Least similarity of a first word to a command of which it is a typo, by :mod:`difflib`."""
PLACES = {"--db": "db", "--with": "own"}
"""Options that say which names there are."""
LACKING = {
    "buyer": "a country that buys", "seller": "a country that sells",
    "goods": "a mineral or product",
}  # fmt: skip
MISUSED = 2
"""Exit code if words are no command."""


def from_words(arguments: Sequence[str], commands: Collection[str]) -> list[str] | int | None:
    """Read arguments that begin with no command as a question in words.

    Parameters
    ----------
    arguments : sequence of str
        ``korea magnets --format json``: words, and behind them options of the command.
    commands : collection of str
        Every command.

    Returns
    -------
    list of str, int or None
        The arguments of the command that the words mean, which is shown on stderr; an exit code if
        they mean none or may mean several, said on stderr; None if they are no question.
    """
    from graphkit.asking.vocabulary import vocabulary
    from graphkit.names import folded

    end = next((n for n, word in enumerate(arguments) if word.startswith("-")), len(arguments))
    text, options = " ".join(arguments[:end]).strip(), list(arguments[end:])
    first = text.partition(" ")[0]
    is_near = bool(get_close_matches(first.casefold(), commands, n=1, cutoff=NEAR))
    if not text or (is_near and first not in commands and folded(first) not in vocabulary()):
        return None
    from graphkit.asking.ask import reading
    from graphkit.catalog.catalog import Catalog

    given = {PLACES[name]: value for name, value in pairwise(options) if name in PLACES}
    with opened(given.get("db"), given.get("own")) as store:
        catalog = Catalog(store)
        question = reading(catalog, text)
        names = question.sentence.named(catalog)
    if not names and not question.meant and not question.sentence.periods:
        return None
    if not question.is_sure:
        _say_what_is_open(question, names)
        return MISUSED
    command, *others = question.meant
    say_plainly(f"= {command}")
    for other in others:
        say_plainly(f"or {other}")
    return [*shlex.split(str(command))[1:], *options]


def lead(arguments: Sequence[str], command_line: Any) -> list[str] | str:
    """Find what was meant by a command that failed as names stand where it takes others.

    Parameters
    ----------
    arguments : sequence of str
        ``concentration lithium``, ``flows KOR``, ``owners Glencore``.
    command_line : click.Group
        All commands, whose options tell their values from names.

    Returns
    -------
    list of str or str
        The arguments of the command if it can mean one thing; else the commands that are near, in
        words, or an empty text.
    """
    from graphkit.asking.ask import placed, reading
    from graphkit.brief.brief import BRIEF
    from graphkit.catalog.catalog import Catalog
    from graphkit.questions.registry import VERBS

    typed, words, options = _parts(arguments, command_line)
    verb = next((verb for verb in (*VERBS, BRIEF) if verb.name == typed), None)
    if verb is None or not words:
        return ""
    text = " ".join(words)
    given = {PLACES[name]: value for name, value in pairwise(options) if name in PLACES}
    with opened(given.get("db"), given.get("own")) as store:
        catalog = Catalog(store)
        meant, lacking = placed(catalog, verb, text)
        others = [] if options else [reading(catalog, f"{typed} {text}"), reading(catalog, text)]
    fields = {f"--{name}" for name, _ in meant.pairs} if meant else set()
    if fields & {option.partition("=")[0] for option in options}:
        return ""
    if meant and not lacking:
        moved = {p.field for p in verb.parameters if p.option} & {name for name, _ in meant.pairs}
        return [*shlex.split(str(meant))[1:], *options] if moved else ""
    near = next((some.meant for some in others if some.meant and not some.sentence.unread), ())
    commands = list(dict.fromkeys(map(str, near)))
    if meant:
        wanted = " and ".join(LACKING[role] for role in lacking)
        return "; ".join([f"{meant}, with {wanted}", *commands])
    return "; ".join(commands)


def _parts(arguments: Sequence[str], command_line: Any) -> tuple[str, list[str], list[str]]:
    """Split arguments into the name of a command, words, and options with their values."""
    command, name, words, options = command_line, [], [], []
    rest = list(arguments)
    while rest and rest[0] in getattr(command, "commands", {}):
        command = command.commands[rest[0]]
        name.append(rest.pop(0))
    flags = {text for option in command.params for text in (*option.opts, *option.secondary_opts)
             if getattr(option, "is_flag", False)}  # fmt: skip
    while rest:
        word = rest.pop(0)
        if not word.startswith("-"):
            words.append(word)
            continue
        options.append(word)
        if "=" not in word and word not in flags and rest:
            options.append(rest.pop(0))
    return " ".join(name), words, options


def _say_what_is_open(question: Reading, names: Sequence[str]) -> None:
    """Say what was read and what was not, and the commands that are near."""
    unread = ", ".join(map(repr, question.sentence.unread))
    understood = ", ".join((*names, *question.sentence.periods))
    if unread:
        say(
            f"not read: {unread}; understood {understood}. graphkit answers who depends on whom "
            "for critical minerals" + (". Without it:" if question.meant else "")
        )
    elif question.meant:
        say(f"understood {understood}; it may mean:")
    elif not question.lacking:
        say(f"understood {understood}; wanted a country and a mineral, product, plant or company")
    for command in question.meant:
        say_plainly(f"  {command}")
    for some in question.lacking if not unread else ():
        words = " and ".join(LACKING[role] for role in some.lacks)
        fields = " ".join(filter(None, some.fields.values()))
        say_plainly(f"  graphkit {some.verb}, with {words} beside {fields}")
