"""Right Start: birth registration booking for children's centres."""
