"""Measures of many networks in Parquet files."""
