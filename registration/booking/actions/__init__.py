"""Changes to holds and bookings. They flush and never commit; refusals are sentences a person reads."""
