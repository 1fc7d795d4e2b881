"""graphkit as a backend of networkx."""

from graphkit.networkx_backend.info import get_info

__all__ = ["get_info"]
