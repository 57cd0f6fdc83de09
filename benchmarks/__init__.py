"""Measure what the service promises, as ratios to floors of the same run: `make bench`."""
