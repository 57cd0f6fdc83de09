"""The words of a centre’s message before it goes out, as who sends it reads them."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from registration.common.links import external, secret
from registration.messages.rules import Channel
from registration.messages.writing import Draft, Written, write
from registration.reach.letters.actions import Occasion
from registration.reach.letters.rules import TEMPLATES

#: Stands for the family. Nobody’s own secret link is made for the page: who sends a message must not hold it.
_NOBODY = "0"
OWN_LINK = "(the family’s own link)"


def specimen(occasion: Occasion, way: str, facts: Mapping[str, str], now: datetime) -> Written:
    """Give what goes out by a way (sms or email), in English, with words where each family’s own link will stand."""
    channel: Channel = "sms" if way == "sms" else "email"
    sheet = Draft(
        id=UUID(int=0),
        template=TEMPLATES[occasion.kind],
        channel=channel,
        address="",
        locale="en",
        details={**facts, **occasion.details(), "family": _NOBODY},
        calendar=None,
        calendar_method="REQUEST",
        created=now,
        use_until=occasion.begins,
    )
    words, link = write(sheet), external(f"/your-details/{secret('family', _NOBODY)}")
    return Written(words.subject, words.body.replace(link, OWN_LINK))
