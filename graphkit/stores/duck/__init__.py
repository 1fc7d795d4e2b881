"""The graph in a DuckDB database: one file, a table for each kind."""
