"""Staff: accounts, roles, signing in and out, and the first page after it."""
