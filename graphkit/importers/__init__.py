"""Importers: published tables turned into seeds."""
