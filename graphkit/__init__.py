"""Who depends on whom for critical minerals: sourced facts as a graph, and the answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphkit._version import __version__

if TYPE_CHECKING:
    from graphkit.analysis.network.graph import FlowGraph
    from graphkit.analysis.supply.network import SupplyNetwork
    from graphkit.api import Reply, Session, measure_flows, open
    from graphkit.errors import GraphkitError, UsageError

__all__ = (
    "FlowGraph", "GraphkitError", "Reply", "Session", "SupplyNetwork", "UsageError", "__version__",
    "measure_flows", "open",
)  # fmt: skip
_MODULES = {
    "FlowGraph": "analysis.network.graph",
    "GraphkitError": "errors",
    "Reply": "api",
    "Session": "api",
    "SupplyNetwork": "analysis.supply.network",
    "UsageError": "errors",
    "measure_flows": "api",
    "open": "api",
}
"""Where the public names are defined, below this package."""


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that ``import graphkit`` is fast."""
    if name not in _MODULES:
        raise AttributeError(f"module 'graphkit' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"graphkit.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    """List the public names, for completion."""
    return sorted(__all__)
