"""What questions of several subjects need: trade, periods, places, doubts."""
