"""The metrics of the pilot, M01 to M16: numbers computed from one extract and nothing else."""
