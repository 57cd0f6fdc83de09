"""How many of the new families a centre reaches: births, known, contacted, joined, using; and whom to contact next."""
