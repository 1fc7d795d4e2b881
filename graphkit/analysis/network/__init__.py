"""Networks of flows and their centralities."""
