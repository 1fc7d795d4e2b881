"""Exports of the graph and of its trade network."""
