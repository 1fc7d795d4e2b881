"""Scopes: the products that a question is about, as `Materials.scope` finds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from graphkit.answers.answer import ELSEWHERE
from graphkit.names import Entity


@dataclass(frozen=True)
class Scope:
    """Products that a question is about; without ``text``, all of them."""

    text: str | None
    products: tuple[str, ...]
    meaning: str = "everything with trade data"
    """The scope as people read it: "rare earth elements (REE)"."""
    entity: Entity | None = None
    """The product, element or stage that the text names, if it names one."""
    elements: frozenset[str] = frozenset()
    code: str | None = None
    """An HS code, or the beginning of several."""
    mixed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Other elements that products in scope are bought for too."""
    elsewhere: pa.Table = field(default_factory=ELSEWHERE.empty_table)
    """Products that hold an element in scope, but are bought for something else."""
    notes: tuple[str, ...] = ()

    @property
    def stage(self) -> str | None:
        """The stage asked for, if it was a stage."""
        return self.entity.key if self.entity and self.entity.kind == "Stage" else None

    def holds(self, product: str | None, code: str | None) -> bool:
        """Return True if a flow of this product under this code is in scope."""
        return product in self.products and (self.code is None or begins(code, self.code))


def begins(code: str | None, start: str) -> bool:
    """Return True if an HS code is, or is below, another."""
    return code is not None and code.startswith(start)
