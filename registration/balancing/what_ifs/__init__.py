"""What if it were otherwise: changes to a plan's council, named and kept, solved, and held beside the plan."""
