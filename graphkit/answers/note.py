"""Words beside rows: a note with its products, and a remark with the figures that it is on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Set
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Note:
    """Words for people, which are no text that code reads, and the products they are about.

    It prints as its words.

    >>> note = Note("Dysprosium oxide: its code holds other goods too.", ("dy-oxide",))
    >>> note.is_only_on({"dy-oxide"}), note.is_only_on({"tb-oxide"})
    (True, False)
    """

    _text: str
    products: tuple[str, ...] = ()
    """Keys of the products that it is about; none for a note on the whole answer."""

    def __str__(self) -> str:
        return self._text

    def is_only_on(self, products: Set[str]) -> bool:
        """Return True if it is about no other product than these, nor about the whole answer."""
        return bool(self.products) and set(self.products) <= products

    def with_words(self, write: Callable[[str], str]) -> Note:
        """Write its words in another form, such as with the names of options."""
        return replace(self, _text=write(self._text))


@dataclass(frozen=True)
class Remark:
    """Words on goods that figures of a product count besides or instead.

    >>> str(Remark("acid grade only", "trade")), str(Remark("any platinum-group metal"))
    ('trade: acid grade only', 'any platinum-group metal')
    """

    words: str
    figures: str = ""
    """``trade`` or ``production``, if only figures of these are meant and others stand beside."""

    def __str__(self) -> str:
        return f"{self.figures}: {self.words}" if self.figures else self.words


def words_of_notes(notes: Iterable[Note]) -> list[str]:
    """Return the words of notes, for what prints them; ``tests/test_layers.py`` lists who may.

    >>> words_of_notes([Note("In USD."), Note("Weights are gross.")])
    ['In USD.', 'Weights are gross.']
    """
    return [note._text for note in notes]
