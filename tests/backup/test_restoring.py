"""A backup restored: to an empty database and beside a running service, with nothing undone that must stand."""

from registration.booking.invariants import broken_rows
from registration.common.db import db
from registration.pilot.disclosure.queries import verify
from tests.backup.council import ask, content, run
from tests.booking.appointments import booked
from tests.booking.world import TUESDAY, at_time

REPLACED = "SELECT count(*) FROM pg_database WHERE datname LIKE 'restored\\_%'"


def books_on(world):
    """Book one more, as the next family does after a restore."""
    made = booked(
        world.centres["elland"], at_time(TUESDAY, "10:00"), name="Elin Lloyd", email="elin@example.org", mobile=None
    )
    assert ask("SELECT count(*) FROM booking WHERE reference = :r AND state = 'booked'", r=made.reference) == 1
    assert {name: rows for name, rows in broken_rows().items() if rows} == {}


def stands_what_came_after():
    """Hold a restored database to what happened after the backup was made."""
    no = "SELECT a.share FROM sharing_answer a JOIN family f ON f.id = a.family_id WHERE f.name = :name ORDER BY a.id DESC LIMIT 1"
    wish = "SELECT count(*) FROM centre_sign_up u JOIN family f ON f.id = u.family_id WHERE f.name = :name"
    return {
        "B said no": ask(no, name="Bea Lloyd") is False and ask(wish, name="Bea Lloyd") == 0,
        "A said yes": ask(no, name="Aoife Lloyd") is True and ask(wish, name="Aoife Lloyd") == 1,
        "C is left in peace": ask("SELECT lost_at IS NOT NULL FROM family WHERE name = 'Cerys Lloyd'")
        and ask("SELECT b.state FROM booking b JOIN family f ON f.id = b.family_id WHERE f.name = 'Cerys Lloyd'")
        == "cancelled",
        "nothing goes out twice": ask("SELECT count(*) FROM message WHERE state IN ('queued', 'sending')") == 0
        and ask("SELECT count(*) FROM message WHERE template = 'reminder_week' AND address = '' AND state = 'sent'") > 0
        and ask("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'messages.deliver'") == 0,
        "services are not told twice": ask("SELECT array_agg(state ORDER BY id) FROM telling") == ["delivered"] * 2
        and ask("SELECT secret_number FROM told_service") == 2,
        "STOP is heeded": ask("SELECT count(*) FROM stopped_number") == 1,
        "who left stays out": ask("SELECT array_agg(active ORDER BY email) FROM staff_user") == [False, True],
        "a role taken is not given back": ask("SELECT count(*) FROM staff_user_role") == 2,
        "nobody is signed in": ask("SELECT count(*) FROM browser_session") == 0,
        "the feed stays revoked": ask("SELECT bool_and(revoked_at IS NOT NULL) FROM calendar_feed"),
        "keys thrown away are gone": ask("SELECT count(*) FROM pilot_row_level_request WHERE key IS NOT NULL") == 0
        and ask("SELECT count(*) FROM pilot_secret") == 0,
        "the record goes on": ask("SELECT count(*) FROM audit_event WHERE event = 'service.backup_restored'") == 1
        and ask("SELECT count(*) FROM audit_event WHERE actor = 'after the backup'") == 1,
        "D is only in what ran before": ask("SELECT count(*) FROM family WHERE name = 'Dilys Lloyd'") == 0,
    }


def test_beside_a_running_service_everything_of_the_backup_comes_back_and_what_must_stand_stands(council):
    app = council.app
    with app.app_context():
        stamp = ask("SELECT last_value FROM change_stamp")
        held = db.engine.connect()  # somebody works on it just now
        held.exec_driver_sql("SELECT 1")
        status, said, warned = run(app, "restore", council.backup)
        assert (status, said) == (1, "")
        assert "--replace" in warned
        assert ask("SELECT count(*) FROM family WHERE name = 'Dilys Lloyd'") == 1

        status, said, warned = run(app, "restore", council.backup, "--replace")
        assert (status, warned) == (0, ""), warned
        assert "backed_up_replaced" in said

        assert [name for name, stands in stands_what_came_after().items() if not stands] == []
        assert ask("SELECT last_value FROM change_stamp") > stamp
        assert ask("SELECT min(stamp) FROM session") > stamp
        assert verify() == []
        books_on(council.world)
        held.invalidate()
        held.close()
        assert run(app, "restore", "--drop-replaced")[0] == 0
        assert ask("SELECT count(*) FROM pg_database WHERE datname LIKE 'backed\\_up\\_%'") == 0


def test_to_an_empty_database_all_comes_back_and_what_may_have_gone_out_waits_for_a_person(council, empty):
    app = empty()

    status, said, warned = run(app, "restore", council.backup)

    assert status == 0
    assert "Nothing tells what happened after" in warned
    assert "staff are asked to decide on each" in said
    with app.app_context():
        assert content() == council.content
        assert ask("SELECT count(*) FROM message WHERE state IN ('queued', 'sending')") == 0
        assert ask("SELECT count(*) FROM staff_task WHERE kind = 'bounced_message'") > 0
        assert ask(REPLACED) == 0
        books_on(council.world)


def test_with_the_list_nothing_that_happened_since_is_undone_from_a_pipe_too(council, empty):
    app = empty()

    status, said, warned = run(
        app, "restore", "-", "--must-not-return", council.kept, given=council.backup.read_bytes()
    )

    assert (status, warned) == (0, "")
    with app.app_context():
        assert [name for name, stands in stands_what_came_after().items() if not stands] == []
        assert {name: rows for name, rows in broken_rows().items() if rows} == {}
    assert "messages may have gone out" not in said
