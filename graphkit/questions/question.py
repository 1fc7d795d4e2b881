"""Who depends on whom: one question is one query, one table, one measure, one answer."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial, wraps
from itertools import product
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeAlias

from graphkit.answers.note import Note, Remark
from graphkit.errors import GraphkitError
from graphkit.names import capitalized
from graphkit.queries import READ_FIRST
from graphkit.questions.columns import COLUMNS
from graphkit.questions.documentation import documented
from graphkit.questions.registry import PARAMETERS, QUESTIONS
from graphkit.verbs.parameter import LATEST, REPEATED, Parameter, in_options, named_as_options
from graphkit.verbs.verb import Verb

if TYPE_CHECKING:
    from graphkit.answers.answer import Answer
    from graphkit.answers.columns import Column
    from graphkit.answers.sentence import Sentence
    from graphkit.catalog.catalog import Catalog

P = ParamSpec("P")
QuestionFunction: TypeAlias = "Callable[Concatenate[Catalog, P], Answer]"
READ = ("table", "markdown")
"""Formats for people, which show only the first ranks."""


@dataclass(frozen=True)
class Question:
    """A question with its values, to be asked of a catalog."""

    name: str
    """Name of the question, which is that of the session's method."""
    arguments: Mapping[str, Any]
    """Values that are not defaults, by the names of the function."""
    parameters: tuple[Parameter, ...]
    """Declarations of the parameters that messages and notes may name."""

    def python(self, db: str | None, own: str | None = None) -> str:
        """Write the line of Python that asks it.

        >>> Question("depends", {"consumer": "KOR", "on": "CHN"}, ()).python(None)
        "graphkit.open().depends(consumer='KOR', on='CHN')"
        """
        values = ", ".join(f"{name}={value!r}" for name, value in self.arguments.items())
        places = [repr(db)] * bool(db) + [f"with_={own!r}"] * bool(own)
        return f"graphkit.open({', '.join(places)}).{self.name}({values})"

    def ask(self, catalog: Catalog) -> Answer:
        """Ask it; messages and notes have the options of the command line."""
        function = resolve_name(QUESTIONS[self.name].function)
        with named_as_options(self.parameters):
            answer: Answer = function(catalog, **self.arguments)
        write = partial(in_options, parameters=self.parameters)
        return replace(
            answer,
            notes=tuple(note.with_words(write) for note in answer.notes),
            nothing=answer.nothing.with_words(write),
            caption=write(answer.caption),
        )


def read_ahead(catalog: Catalog) -> None:
    """Read the tables that most questions need, before the first is asked."""
    for name in READ_FIRST:
        catalog.rows(name)


def prepare(verb: Verb, values: Mapping[str, Any], form: str) -> Question:
    """Choose the question of a verb for the values given.

    Parameters
    ----------
    verb : Verb
        The declaration of the command.
    values : mapping
        A value for every parameter, its default where none was given; several texts, and names
        with commas, as they were written.
    form : str
        The format of the answer: those for people have fewer ranks by default.

    Raises
    ------
    UsageError
        A parameter does not belong to the question; the message has the options.
    """
    with named_as_options(verb.parameters):
        name, arguments = verb.chosen({p.name: _value(p, values, form) for p in verb.parameters})
    return Question(name, arguments, (*verb.parameters, *verb.questions[name]))


def _value(parameter: Parameter, values: Mapping[str, Any], form: str) -> Any:
    """Return the value of a parameter, or its default for a format that people read."""
    value = values[parameter.name]
    if parameter.type == "names" and value is not None:
        return tuple(name.strip() for name in value.split(","))
    if parameter.in_tables and value is None and form in READ:
        switches = (switch for switch in parameter.in_tables if switch and values[switch])
        return parameter.in_tables.get(next(switches, ""))
    if parameter.type == "list":
        return value or None
    if parameter.type in REPEATED:
        return ",".join(value) if value else None
    return value


def checked(*tables: Iterable[Column]) -> Callable[[QuestionFunction[P]], QuestionFunction[P]]:
    """Declare the columns of a question's answers, and read its arguments by its declaration.

    The question is asked for each place and period, and for each scope of names that do not go
    together; several answers stand side by side. What none is known of is a note, unless nothing
    is known. Answers from trade, which have a ``fit``, also mark what is wrong with its data.
    """

    def declare(question: QuestionFunction[P]) -> QuestionFunction[P]:
        name = question.__name__
        COLUMNS[name] = _with_marks([column for table in tables for column in table])
        declared, signature = PARAMETERS[name], inspect.signature(question)
        is_of_trade = any(column.name == "fit" for table in tables for column in table)
        question.__doc__ = documented(question, declared)

        @wraps(question)
        def ask(catalog: Catalog, /, *args: P.args, **kwargs: P.kwargs) -> Answer:
            try:
                bound = signature.bind(catalog, *args, **kwargs)
            except TypeError as error:
                names = ", ".join(map(_in_python, declared))
                raise TypeError(f"{question.__name__}: {error}; it takes {names}") from None
            values = {
                parameter.name: parameter.each(bound.arguments[parameter.name], catalog.places_in)
                for parameter in declared
                if parameter.name in bound.arguments
            }
            if is_of_trade:
                values |= {
                    parameter.name: [_in_trade(catalog, value) for value in values[parameter.name]]
                    for parameter in declared
                    if parameter.names == "places" and parameter.name in values
                }
            if isinstance(text := bound.arguments.get("scope"), str):
                values["scope"] = catalog.materials.scopes_in(text)
            try:
                answer = with_names(catalog, _ask_each(question, bound, values))
            except GraphkitError as error:
                if type(error) is GraphkitError and is_of_trade and not values.get("dataset"):
                    _refuse_without_preference(catalog)
                raise
            picture = answer.picture or QUESTIONS[name].picture
            return replace(answer, sentence=first_line(name, answer), picture=picture)

        return ask

    return declare


def first_line(question: str, answer: Answer) -> Sentence:
    """Write the first line of an answer, or of some rows of it, as its question declares."""
    from graphkit.headlines.headline import headline

    return headline(answer, resolve_name(QUESTIONS[question].sentence))


def _refuse_without_preference(catalog: Catalog) -> None:
    """Say that answers take no trade by themselves, if no data set with trade has a preference.

    Raises
    ------
    GraphkitError
        The message names the data sets.
    """
    if len(catalog.traded) or not len(catalog.covered):
        return
    datasets = sorted({*catalog.covered["dataset"].to_pylist()})
    choices = ", ".join(f"`dataset={dataset}`" for dataset in datasets[:3])
    raise GraphkitError(
        f"no data set with trade has a preference, so that answers take none by themselves: name "
        f"one ({choices}), or give its seed a preference, such as 1"
    )


def _with_marks(columns: Sequence[Column]) -> tuple[Column, ...]:
    """Add the columns that mark what is wrong with trade data to those of an answer from it."""
    if not any(column.name == "fit" for column in columns):
        return tuple(columns)
    from graphkit.questions.shared.periods import YEARS
    from graphkit.questions.shared.unlisted import EXTENT
    from graphkit.questions.shared.weights_in_doubt import DOUBT

    return (*columns, YEARS, DOUBT, EXTENT)


def _in_trade(catalog: Catalog, value: Any) -> Any:
    """Name places as statistics of trade do, in a text or in each of several."""
    if isinstance(value, str):
        return catalog.in_trade(value)
    if isinstance(value, list | tuple):
        return type(value)(_in_trade(catalog, text) for text in value)
    return value


def _in_python(parameter: Parameter) -> str:
    """Give a parameter's name in Python, with its option where that has another name."""
    option = parameter.option
    same = not option or option == f"--{parameter.name.replace('_', '-')}"
    return parameter.name if same else f"{parameter.name} ({option})"


def _ask_each(
    question: Callable[..., Answer],
    bound: inspect.BoundArguments,
    values_of: Mapping[str, list[Any]],
) -> Answer:
    """Ask a question for each combination of values of its parameters.

    Several answers stand side by side, with a note on each combination that has none.
    """
    answers, lacking = {}, []
    several = [name for name, values in values_of.items() if len(values) > 1]
    for combination in product(*values_of.values()):
        arguments = dict(zip(values_of, combination, strict=True))
        bound.arguments.update(arguments)
        try:
            answer = _marked(question, bound)
        except GraphkitError as error:
            if type(error) is not GraphkitError or not several:
                raise
            lacking.append(str(error))
        else:
            label = ", ".join(str(arguments[name] or LATEST) for name in several)
            answers[label] = answer
    if not answers:
        raise GraphkitError("; ".join(dict.fromkeys(lacking)))
    if not lacking and len(answers) == 1:
        return answer
    from graphkit.answers.answer import side_by_side

    joined = side_by_side(answers)
    notes = [Note(f"{capitalized(text)}.") for text in dict.fromkeys(lacking)]
    return replace(joined, notes=(*notes, *joined.notes))


def _marked(question: Callable[..., Answer], bound: inspect.BoundArguments) -> Answer:
    """Ask a question, and mark what is wrong with the trade data in its answer."""
    catalog: Catalog = bound.args[0]
    scope = bound.arguments.get("scope")
    from graphkit.answers.terms import Material
    from graphkit.questions.shared.fit import fitted

    def ask(facts: Catalog, changes: Mapping[str, Any]) -> Answer:
        first = next(iter(bound.arguments))
        arguments = {**bound.arguments, **changes, first: facts}
        call = inspect.BoundArguments(bound.signature, arguments)
        answer = fitted(facts, question(*call.args, **call.kwargs), scope)
        if not answer.goods and any(goods.meaning for goods in answer.scope.each(Material)):
            answer = replace(answer, goods=(facts.materials.scope(scope).goods,))
        return answer

    from graphkit.questions.shared.unreported import with_unreported_trade
    from graphkit.questions.shared.unsettled import with_unsettled

    answer = ask(catalog, {})
    if not answer.coverage.series:
        return with_unsettled(catalog, with_unreported_trade(catalog, answer))
    from graphkit.questions.shared.codes import remnant_notes, with_split_trade
    from graphkit.questions.shared.own_trade import with_own_trade
    from graphkit.questions.shared.periods import with_years
    from graphkit.questions.shared.unlisted import with_extents
    from graphkit.questions.shared.weights_in_doubt import with_doubts

    answer = with_doubts(catalog, answer, ask, bound.arguments.get("top"))
    answer = replace(answer, notes=(*answer.notes, *remnant_notes(catalog, answer)))
    answer = with_own_trade(catalog, answer)
    answer = with_split_trade(catalog, with_extents(catalog, with_years(answer)))
    return with_unsettled(catalog, with_unreported_trade(catalog, answer))


def with_names(catalog: Catalog, answer: Answer) -> Answer:
    """Add the short names of all keys, remarks on products, and notes on unspecified places."""
    from graphkit.answers.answer import keys_in, keys_of_refs

    keys = keys_in(answer)
    keys |= {part for key in keys if "+" in key and catalog.label(key) for part in key.split("+")}
    names = {key: name for key in sorted(keys) if (name := catalog.label(key))}
    columns = [column.name for column in answer.columns if column.refers_to == "place"]
    places = keys_of_refs(answer.rows, columns)
    unspecified = [
        key for key in sorted(places & names.keys())
        if "+" not in key and not catalog.places.with_key(key).is_plain
    ]  # fmt: skip
    notes = [note for note in catalog.area_notes(unspecified) if note not in answer.notes]
    products = sorted(keys_of_refs(answer.rows, ["product"]))
    remarks = remarks_on(answer, catalog.materials.remarks(products))
    return replace(answer, names=names, product_remarks=remarks, notes=(*answer.notes, *notes))


def remarks_on(answer: Answer, remarks: Mapping[str, Remark]) -> dict[str, Remark]:
    """Select the remarks that concern the figures of an answer.

    A remark on trade alone is left out of an answer from production, and is on all figures of an
    answer that has no others.
    """
    parts = answer.coverage.parts.values()
    has_both = any(part.network for part in parts)
    counted = {
        figures for figures, is_counted in (
            ("trade", any(part.series for part in parts)),
            ("production", any(part.production for part in parts)),
        )
        if has_both or is_counted
    }  # fmt: skip
    return {
        key: remark if len(counted) > 1 else replace(remark, figures="")
        for key, remark in remarks.items() if not remark.figures or remark.figures in counted
    }  # fmt: skip
