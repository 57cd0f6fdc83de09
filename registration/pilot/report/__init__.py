"""The report of the evaluation: every published figure of one extract, as pages, tables and pictures the same each time."""
