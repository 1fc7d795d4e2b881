"""Rooms for questions of several subjects: trade, periods, places, doubts."""
