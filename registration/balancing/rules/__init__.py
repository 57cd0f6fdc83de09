"""The decisions of balancing, standard library only."""
