"""Balancing: births forecast, registrars planned over the clusters, and what a policy for parents would do."""
