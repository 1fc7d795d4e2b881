"""Losses when a country, plant or company stops, and on whom supply hangs."""
