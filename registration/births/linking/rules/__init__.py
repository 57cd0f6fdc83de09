"""How two rows are compared and paired: values and decisions, with the standard library alone."""
