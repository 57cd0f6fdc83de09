"""A centre's timetable of services: what happens there each week, for whom it is a reason to come back."""
