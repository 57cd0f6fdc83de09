"""What the desk's pages decide without a database."""
