"""Which records from different sources are one family: compared by the worker, and decided by people where it is doubtful."""
