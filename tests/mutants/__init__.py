"""How many small faults put into the code the tests notice: docs/decisions/0038-mutants.md, docs/reference/mutants.md."""
