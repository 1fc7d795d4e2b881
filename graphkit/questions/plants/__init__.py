"""Mines and plants, their owners and their capacities."""
