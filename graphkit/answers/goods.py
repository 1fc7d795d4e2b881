"""The goods that a question names, for sentences."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Named(StrEnum):
    """Kinds of thing that the text of a question names."""

    GOODS = "goods"
    """Elements, minerals or products."""
    STAGE = "stage"
    CODE = "HS code"
    CONTROL = "control"


WORDS = {
    Named.GOODS: "{}", Named.STAGE: "products of {}", Named.CODE: "goods under {}",
    Named.CONTROL: "what {} names",
}  # fmt: skip


@dataclass(frozen=True)
class Goods:
    """The goods of one question: as they are called, without keys.

    >>> Goods("the stage mine", Named.STAGE).subject, Goods("HS 2846", Named.CODE).subject
    ('products of the stage mine', 'goods under HS 2846')
    """

    name: str
    kind: Named = Named.GOODS
    """Of several names, that of the first."""
    key: str = ""
    """Key of the element, mineral, product or stage, if it is one."""

    @property
    def subject(self) -> str:
        """The goods in a sentence."""
        return WORDS[self.kind].format(self.name)

    @property
    def phrase(self) -> str:
        """The goods in brackets."""
        return self.name if self.kind is Named.CODE else self.subject

    @property
    def after_number(self) -> str:
        """The goods after a number of products.

        >>> Goods("the stage mine", Named.STAGE).after_number, Goods("lithium").after_number
        (' of the stage mine', ' (lithium)')
        """
        return f" of {self.name}" if self.kind is Named.STAGE else f" ({self.phrase})"
