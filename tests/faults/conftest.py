"""The fixtures that the tests of faults share."""

from loads import fault_counts, two_graphs_alone, warm_loads

__all__ = ["fault_counts", "two_graphs_alone", "warm_loads"]
