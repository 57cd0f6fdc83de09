"""How much of one centre's day may be kept, not booked, from one internet address at a time."""

#: A room of families behind one address wants the same days: so many of them may answer their questions at once.
LEAST = 16


def most_kept(session_minutes: int, minutes_per_baby: int) -> int:
    """Count the times that one address may keep at once of a day on which a centre has so many minutes of sessions: half."""
    return max(LEAST, session_minutes // minutes_per_baby // 2)
