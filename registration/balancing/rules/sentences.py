"""Numbers and sessions in the sentences about rules."""


def counted(count: int, thing: str) -> str:
    """Say how many there are of a thing: "1 session", "2 sessions"."""
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def verb(count: int) -> str:
    """Give the verb for so many: "1 is", "2 are"."""
    return "is" if count == 1 else "are"


def asked_for(families: int, wished: int) -> str:
    """Say who asks for sessions: "families have booked 2 sessions and you wished for 1 session"."""
    said = [f"families have booked {counted(families, 'session')}"] if families or not wished else []
    return " and ".join([*said, *([f"you wished for {counted(wished, 'session')}"] if wished else [])])
