"""The fixtures that the tests of faults share."""

from loads import fault_counts, warm_loads

__all__ = ["fault_counts", "warm_loads"]
