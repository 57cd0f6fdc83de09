"""The timetable of a centre's services as staff see and change it, and the sheet for its wall."""
