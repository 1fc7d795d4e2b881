"""The versions of the program and of its methods, in a module that imports nothing."""

__version__ = "0.3.0"
METHOD = 2
"""Version of the methods: raised when one gives another figure from the same facts.

Ids of citations carry it, so that a change of method is not taken for one of a source.
"""
