"""Published claims: readings, verdicts, and conflicts."""
