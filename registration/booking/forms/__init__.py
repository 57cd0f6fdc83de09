"""The questions of the journey, one form a page: how an answer is shown again, and what it makes of the answers."""
