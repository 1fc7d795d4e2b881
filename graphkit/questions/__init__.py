"""Questions: who depends on whom."""
