"""Tell once: what a family allows is told to the council's listed services, by signed webhook or protected file."""
