"""Whose goods a country imports: at face value, and behind the last seller."""
