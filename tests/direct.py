"""Free statements on a DuckDB file without the process around them, as fast as tests want them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphkit.cypher.statement import Statement
from graphkit.schema import GRAPH
from graphkit.stores.duck.clauses import Compiled, compile_statement
from graphkit.stores.duck.file import model_of
from graphkit.stores.duck.store import DuckStore
from graphkit.stores.limits import UNLIMITED
from graphkit.stores.results import Result


class Direct(DuckStore):
    """A file whose free statements run in this process."""

    def read(self, text: str, parameters: Mapping[str, Any] | None = None) -> Result:
        """Run a statement that anybody wrote."""
        statement = Statement.read_only(text)
        return self.answer(statement, statement.values(parameters), UNLIMITED)


def compiled_text(text: str, parameters: Mapping[str, Any] | None = None) -> Compiled:
    """Compile a statement for the graph."""
    statement = Statement(text)
    return compile_statement(statement, statement.values(parameters), model_of(GRAPH))
