"""Flows in Parquet files, of any size, measured by one machine or by a Spark cluster."""
