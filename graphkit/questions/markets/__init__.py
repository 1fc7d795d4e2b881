"""Markets as a whole: concentration, flows, prices, changes, uses."""
