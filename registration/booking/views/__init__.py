"""Pages of booking: the questions on the way to an appointment, and everything a family does with it afterwards."""
