"""Supply networks: look-through, disruptions, and single points of failure."""
