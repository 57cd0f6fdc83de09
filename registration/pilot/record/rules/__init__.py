"""What the record of the pilot goes by: events, the lot, and how an extract is put together from events."""
