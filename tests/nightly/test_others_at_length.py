"""Loads among what others keep in a Neo4j, in a hundred random sequences."""

import os

os.environ.setdefault("TESTS_SEQUENCES", "100")

from test_beside_others import others, test_no_load_of_a_sequence_touches_what_is_of_others

__all__ = ["others", "test_no_load_of_a_sequence_touches_what_is_of_others"]
