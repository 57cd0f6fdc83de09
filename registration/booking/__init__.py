"""Appointments to register a birth: the 42 days, free times, holds, bookings, moves and cancellations."""
