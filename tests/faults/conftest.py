"""The fixtures that the tests of faults share."""

from loads import fault_counts, second_server, second_store, two_graphs_alone, warm_loads

__all__ = ["fault_counts", "second_server", "second_store", "two_graphs_alone", "warm_loads"]
