"""Networks of flows as arrays, and their centrality."""
