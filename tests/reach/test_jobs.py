"""Each morning it is kept whom every centre can see."""

from sqlalchemy import select

from registration.families.models import Disclosure
from registration.reach.jobs import keep_who_is_seen
from tests.reach.families import A_DAY, BORN, TODAY, answered, wished


def test_families_on_a_centres_lists_are_kept_as_disclosed_once_a_day(database, world, here, there):
    number, other = wished(here), answered(there)
    answered(here, share=False, born=BORN - A_DAY)

    keep_who_is_seen(0)
    keep_who_is_seen(0)

    rows = database.scalars(select(Disclosure).order_by(Disclosure.family_id))
    assert [(row.family_id, row.centre_id, row.basis, row.how, row.told_on) for row in rows] == [
        (number, here, "joined", "list", TODAY),
        (other, there, "said_yes", "list", TODAY),
    ]
