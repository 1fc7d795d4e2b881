"""Finds where the rows of a seed file stand: in its YAML, or in the table beside it."""

from __future__ import annotations

from dataclasses import dataclass

from graphkit.errors import Problem
from graphkit.seeds.header import Header
from graphkit.seeds.strict_yaml import YamlText
from graphkit.seeds.tables import Table


@dataclass(frozen=True)
class Places:
    """The places of one seed file."""

    yaml: YamlText
    header: Header | None = None
    table: Table | None = None

    def problem(
        self, row: int | None, column: str | None, message: str, item: int | None = None
    ) -> Problem:
        """A problem at one value; without a column at the row, without a row at the column."""
        if column is not None:
            message = f"{column}: {message}"
        if self.table is not None and not self._by_default(row, column):
            source = self._source(column)
            return Problem(self.table.file, *self.table.at(row, source), message)
        at = ("rows", -1 if row is None else row)
        if column is None:
            return self.yaml.problem(message, at)
        paths = [(*at, column), ("defaults", column), at]
        if item is not None:
            paths = [(*at, column, item), ("defaults", column, item), *paths]
        return self.yaml.problem(message, *paths)

    def _source(self, column: str | None) -> str | None:
        """The table's own name for a property."""
        return self.header.columns.get(column, column) if self.header and column else None

    def _by_default(self, row: int | None, column: str | None) -> bool:
        """Whether a value stands in the defaults, since the table has none."""
        if not self.header or not self.table or row is None or column not in self.header.defaults:
            return False
        source = self._source(column)
        known = source in self.table.columns.column_names
        return not known or not self.table.columns[source][row].is_valid
