"""The USGS Mineral Commodity Summaries."""
