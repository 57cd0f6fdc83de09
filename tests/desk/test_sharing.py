"""What a family says on the telephone of its details going to a centre."""

from sqlalchemy import select

from registration.booking.actions.changes import cancel_for_bereavement
from registration.families.models import SharingAnswer
from registration.families.queries import reachable
from tests.booking.appointments import NOW, booked
from tests.booking.world import TODAY, TUESDAY, at_time
from tests.staff.people import page, sent


def test_the_desk_writes_an_answer_down_on_the_telephone(client, database, world, desk):
    mine = booked(world.centres["sunshine"], at_time(TUESDAY, "9:30"))
    path = f"/desk/booking/{mine.public_id}/sharing"
    client.post(f"/desk/look/{mine.public_id}")
    assert "Sunshine Children’s Centre" in page(client.get(path))
    assert "Choose" in page(client.post(path, data={}), 422)
    sent(client.post(path, data={"share": "no", "join": "no"}), f"/desk/booking/{mine.public_id}")
    assert "The family’s answer is kept." in page(client.get(f"/desk/booking/{mine.public_id}"))

    latest = database.scalars(select(SharingAnswer).order_by(SharingAnswer.id.desc())).first()
    assert (latest.share, latest.route) == (False, "telephone")
    assert reachable(mine.centre_id, [mine.family_id], TODAY) == frozenset()
    cancel_for_bereavement(mine.public_id, NOW)
    database.commit()
    sent(client.get(path), f"/desk/booking/{mine.public_id}")
    assert client.post(path, data={"share": "yes", "join": "no"}).status_code == 409


def test_a_no_on_the_telephone_counts_alone_and_joining_is_never_chosen_beforehand(client, database, world, desk):
    mine = booked(world.centres["sunshine"], at_time(TUESDAY, "9:30"), share=True)
    path = f"/desk/booking/{mine.public_id}/sharing"
    joins = {"share": "yes", "join": "yes", "address": "3 Mill Lane", "preference": "phone"}
    client.post(f"/desk/look/{mine.public_id}")
    sent(client.post(path, data=joins), f"/desk/booking/{mine.public_id}")

    shown = client.get(path).text
    assert 'name="join" type="radio" value="yes" checked' not in shown
    assert "They asked to join before." in shown
    sent(client.post(path, data=joins | {"share": "no", "address": ""}), f"/desk/booking/{mine.public_id}")

    assert database.scalars(select(SharingAnswer.share).order_by(SharingAnswer.id.desc())).first() is False
    assert reachable(mine.centre_id, [mine.family_id], TODAY) == frozenset()
