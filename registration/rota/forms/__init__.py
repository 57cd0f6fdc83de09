"""Forms of the rota's pages, in English only."""
