"""The event extract: all that the evaluation reads, so that it can be run again years later and for several councils together."""
