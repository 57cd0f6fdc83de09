"""Which birth and which row of another system belong to one baby: linked by probability, or exactly where that is all there is."""
