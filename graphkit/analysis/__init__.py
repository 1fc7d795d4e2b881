"""Measures: pure functions from Arrow tables to Arrow tables; they see no store, file or CLI."""
