"""What the service is built on: the bill of materials, and asking whether a fault is known of it."""
