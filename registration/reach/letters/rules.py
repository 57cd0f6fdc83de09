"""By which way a centre may write to a family, and what about."""

from registration.families.rules import Ruling

KINDS = {"welcome": "Welcome", "new_baby_party": "New baby party"}
#: The message of each kind (registration/messages/rules.py).
TEMPLATES = {"welcome": "centre_welcome", "new_baby_party": "centre_party"}
_CHANNEL = {"text": "sms", "email": "email"}


def way_to(kind: str, basis: Ruling, *, email: str, mobile: str, preference: str) -> str | None:
    """Give the channel by which a centre may send a kind of message to a family: sms, email, or None where it may not.

    A family that joined chose how it is contacted. One that only said yes was told that the centre may welcome it, so it gets
    the welcome and no invitation to events, which are direct marketing (PECR 2003 reg. 22). Live birth data bring no address
    for messages: those families get a letter.
    """
    has = {"sms": bool(mobile), "email": bool(email)}
    if basis is Ruling.JOINED:
        wanted = _CHANNEL.get(preference)
        return wanted if wanted and has[wanted] else None
    if basis in {Ruling.SAID_YES, Ruling.SAID_YES_EARLIER} and kind == "welcome":
        return "email" if email else "sms" if mobile else None
    return None
