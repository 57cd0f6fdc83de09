"""Forms of the desk's pages, in English only."""
