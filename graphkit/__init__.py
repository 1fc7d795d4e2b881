"""Who depends on whom for critical minerals: sourced facts as a graph, and the answers."""

__version__ = "0.1.0"
