"""Databases that hold the graph."""
