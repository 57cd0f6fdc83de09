"""How far a centre reaches the families with a new baby in its area, counted."""
