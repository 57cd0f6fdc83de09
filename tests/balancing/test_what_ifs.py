"""What-ifs of a plan: put together, solved like plans, held beside the plan, and never made a draft."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from registration.balancing.building.journeys import reach_from
from registration.balancing.plans import actions as plans
from registration.balancing.plans.keeping import kept_instance
from registration.balancing.plans.queries import plans_asked
from registration.balancing.rules.half_days import Calendar
from registration.balancing.rules.rota import OfficeNeed
from registration.balancing.rules.scenarios import (
    CentreClosed,
    HalfDayChanged,
    OfficeChanged,
    RegistrarAdded,
    RoomAdded,
)
from registration.balancing.what_ifs import actions
from registration.balancing.what_ifs.comparison import Comparison, change_lines
from registration.balancing.what_ifs.keeping import (
    FIRST_NEW,
    keep_change,
    kept_change,
    kept_changes,
    new_people,
    next_number,
)
from registration.balancing.what_ifs.queries import origin_of, what_ifs_counted, what_ifs_of
from registration.balancing.what_ifs.wording import change_in_words, halves_in_words
from registration.balancing.wording import called
from registration.centres.models import Centre
from registration.common.audit import AuditEvent
from registration.common.authority import current_authority
from registration.common.db import db
from tests.balancing.council import FIRST, TODAY
from tests.balancing.plans import ACTOR, asked, events, jobs, refused, solved
from tests.booking.appointments import booked
from tests.booking.world import at_time
from tests.rota.plans import draft, publish


@pytest.fixture
def plan(world):
    return solved(asked(name="Winter"))


def always(change):
    return lambda _number: change


def begun(plan, *changes, name="Another room"):
    made = actions.begin(plan.id, name, ACTOR)
    for change in changes:
        actions.add_change(made.id, always(change), ACTOR)
    return made


def said(event):
    return db.session.scalars(select(AuditEvent).where(AuditEvent.event == event)).one()


# ---- begun


def test_a_what_if_begins_beside_a_plan_and_is_no_plan_among_plans(world, plan):
    before = jobs()
    made = actions.begin(plan.id, "Without Elland", ACTOR)
    assert (made.state, made.former_id, made.changes, made.is_what_if) == ("open", plan.id, [], True)
    assert (made.instance, made.today, made.weeks, made.notes) == (plan.instance, plan.today, plan.weeks, plan.notes)
    assert not plan.is_what_if
    assert (jobs(), plans.take_next()) == (before, None)
    assert list(plans_asked()) == [plan]
    assert list(what_ifs_of(plan.id)) == [made]
    assert what_ifs_counted([plan.id, made.id]) == {plan.id: 1}
    assert (origin_of(made), origin_of(plan)) == (plan, plan)
    assert said("balance.what_if_begun").after == {"name": "Without Elland", "plan": "Winter"}


def test_a_what_if_of_a_what_if_takes_over_its_changes_and_its_plan(world, plan):
    first = begun(plan, RoomAdded(world.centres["elland"]))
    second = actions.begin(first.id, "And more", ACTOR)
    actions.add_change(second.id, always(RoomAdded(world.centres["sunshine"])), ACTOR)
    assert (second.former_id, len(second.changes), len(first.changes)) == (plan.id, 2, 1)
    assert list(what_ifs_of(plan.id)) == [second, first]


def test_nothing_begins_beside_what_has_no_rota(world):
    with refused(plans.PlanSettled, "This plan"):
        actions.begin(asked().id, "Too early", ACTOR)
    with refused(plans.PlanSettled, "This plan"):
        actions.begin(0, "Of nothing", ACTOR)


# ---- changed


def test_changes_are_added_in_words_and_taken_out_one_by_one(world, plan):
    made = begun(plan, RoomAdded(world.centres["elland"]), CentreClosed(world.centres["todmorden"], 10))
    assert [each["number"] for each in made.changes] == [1, 2]
    actions.drop_change(made.id, 1, ACTOR)
    assert kept_changes(made.changes) == [CentreClosed(world.centres["todmorden"], 10)]
    actions.add_change(made.id, always(OfficeChanged(1, 1)), ACTOR)
    assert [each["number"] for each in made.changes] == [2, 3]
    assert said("balance.change_dropped").before == {"what": "One more room at Elland Children’s Centre"}
    with refused(actions.NotThatChange, "This change is not there any more"):
        actions.drop_change(made.id, 1, ACTOR)
    assert events(made) == [
        "balance.what_if_begun", "balance.change_added", "balance.change_added", "balance.change_dropped",
        "balance.change_added",
    ]  # fmt: skip


def test_a_change_that_cannot_be_is_refused_with_names(world, plan):
    made = begun(plan)
    with refused(actions.NotThatChange, "Registrar Ann works that half-day already."):
        actions.add_change(made.id, always(HalfDayChanged(world.registrars["ann"], 0, more=True)), ACTOR)
    assert made.changes == []


def test_there_is_an_end_to_changes(world, plan):
    made = begun(plan)
    one = keep_change(1, RoomAdded(world.centres["elland"]))
    made.changes = [one | {"number": number} for number in range(1, actions.MOST_CHANGES + 1)]
    with refused(actions.NotThatChange, "A what-if has at most 20 changes"):
        actions.add_change(made.id, always(RoomAdded(world.centres["elland"])), ACTOR)


@pytest.mark.parametrize(
    ("day", "half_day"), [(FIRST, 0), (FIRST + timedelta(days=3), 6), (FIRST + timedelta(days=5), 10)]
)
def test_a_centre_closes_on_a_day_and_at_the_end_of_a_week_on_the_monday(world, plan, day, half_day):
    assert actions.closing(plan, 5, day) == CentreClosed(5, half_day)


@pytest.mark.parametrize("days", [-1, 21, 19])
def test_a_centre_does_not_close_outside_the_weeks(world, plan, days):
    day = FIRST + timedelta(days=days)
    if days == -1:
        assert actions.closing(plan, 5, day).begins == 0  # the Sunday before
        day -= timedelta(days=3)
    with refused(actions.NotThatChange, "The day must be in the weeks of the plan"):
        actions.closing(plan, 5, day)


def test_a_new_registrar_sets_out_from_the_middle_of_a_cluster(world, plan):
    instance = kept_instance(plan.instance)
    valley = next(one.id for one in instance.clusters if called().clusters[one.id] == "Upper Valley")
    facts = {
        "name": "Somebody", "grade": "registrar", "slots": 5, "half_days": (0, 1), "languages": frozenset({"pl"}),
        "home": valley,
    }  # fmt: skip
    made = actions.another_registrar(plan, 3, facts)
    assert (made.id, made.reach[valley], made.name) == (FIRST_NEW + 3, 0, "Somebody")
    assert set(made.reach) == {one.id for one in instance.clusters}


def test_who_lives_nobody_knows_where_reaches_their_cluster_and_what_is_near(world):
    balance, centres = current_authority().balance, list(db.session.scalars(select(Centre)))
    home = db.session.get_one(Centre, world.centres["todmorden"]).cluster_id
    assert set(reach_from(home, centres, replace(balance, longest_journey_minutes=1))) == {home}
    for each in centres:
        each.easting = each.northing = None
    reach = reach_from(home, centres, balance)
    assert set(reach.values()) == {balance.longest_journey_minutes}


# ---- solved


def test_a_what_if_is_solved_as_another_council_from_the_plan(world, plan):
    elland = world.centres["elland"]
    made = begun(plan, RoomAdded(elland), OfficeChanged(1, 0))
    actions.start(made.id, ACTOR)
    assert (made.state, jobs()) == ("waiting", 2)
    instance = kept_instance(made.instance)
    assert instance.centre[elland].rooms[0] == kept_instance(plan.instance).centre[elland].rooms[0] + 1
    assert instance.office[0] == OfficeNeed(1, 0)
    assert made.instance["spread"] == plan.instance["spread"]
    assert plans.take_next().previous == plan.rota
    for late in (
        lambda: actions.start(made.id, ACTOR),
        lambda: actions.add_change(made.id, always(RoomAdded(elland)), ACTOR),
        lambda: actions.drop_change(made.id, 1, ACTOR),
        lambda: actions.start(0, ACTOR),
    ):
        with refused(actions.NotOpen, "This what-if has been solved already"):
            late()


def test_without_a_change_there_is_nothing_to_solve(world, plan):
    made = begun(plan)
    with refused(actions.NothingChanged, "Add at least one change first"):
        actions.start(made.id, ACTOR)


def test_a_what_if_is_never_made_a_draft_nor_wished_for_nor_solved_again(world, plan):
    made = begun(plan, RoomAdded(world.centres["elland"]))
    for early in (lambda: plans.make_draft(made.id, TODAY, ACTOR), lambda: plans.solve_again(made.id, TODAY, ACTOR)):
        with refused(plans.PlanSettled, "This plan"):
            early()
    actions.start(made.id, ACTOR)
    solved(made)
    with refused(plans.NotThatPlan, "This is a what-if, and not the council as it is."):
        plans.make_draft(made.id, TODAY, ACTOR)
    with refused(plans.NotThatPlan, "This is a what-if: begin another"):
        plans.solve_again(made.id, TODAY, ACTOR)
    wanted = plans.Wish(world.registrars["ann"], FIRST, "morning", centre=world.centres["elland"])
    with refused(plans.NotThatWish, "This is a what-if: wishes belong to the plan"):
        plans.wish(made.id, wanted, ACTOR)


def test_a_what_if_whose_worker_died_is_run_again(world, plan):
    made = begun(plan, RoomAdded(world.centres["elland"]))
    actions.start(made.id, ACTOR)
    plans.take_next()
    plans.give_up(made.id, "It died.")
    plans.run_again(made.id, ACTOR)
    assert plans.take_next().plan_id == made.id


# ---- kept and said


def changes_of_every_kind(world):
    valley = db.session.get_one(Centre, world.centres["todmorden"]).cluster_id
    return [
        (CentreClosed(world.centres["todmorden"], 6), "Close Todmorden Children’s Centre from Thu 10 December"),
        (RoomAdded(world.centres["elland"]), "One more room at Elland Children’s Centre"),
        (
            HalfDayChanged(world.registrars["ann"], 5, more=True),
            "One half-day more a week for Registrar Ann: Wednesday afternoons",
        ),
        (
            HalfDayChanged(world.registrars["ann"], 0, more=False),
            "One half-day fewer a week for Registrar Ann: Monday mornings",
        ),
        (
            RegistrarAdded(
                FIRST_NEW + 1, "Eve", "deputy_registrar", 4, (0, 1, 7), frozenset({"pl", "ur"}), valley, {valley: 5}
            ),
            (
                "One more registrar, Eve: deputy registrar, sets out from Upper Valley, sees 4 families in a half-day, "
                "works Monday and Thursday afternoon, speaks Polish and Urdu"
            ),
        ),
        (
            OfficeChanged(2, 1),
            "2 people for other duties at the register office in every half-day, 1 of them a full registrar",
        ),
        (
            OfficeChanged(3, 2),
            "3 people for other duties at the register office in every half-day, 2 of them full registrars",
        ),
        (OfficeChanged(1, 0), "1 person for other duties at the register office in every half-day"),
    ]


def test_every_kind_of_change_is_kept_as_it_was_and_said_in_words(world):
    names, calendar = called(), Calendar(FIRST, 3)
    for number, (change, sentence) in enumerate(changes_of_every_kind(world)):
        kept = keep_change(number, change)
        assert kept_change(kept) == change
        assert change_in_words(change, names, calendar) == sentence
    assert new_people([kept, keep_change(9, changes_of_every_kind(world)[4][0])]) == {FIRST_NEW + 1: "Eve"}
    assert (next_number([]), next_number([kept])) == (1, 8)


def test_who_speaks_nothing_else_and_works_one_half_day_is_said_shortly(world):
    eve = replace(changes_of_every_kind(world)[4][0], languages=frozenset(), half_days=(3,))
    assert change_in_words(eve, called(), Calendar(FIRST, 3)).endswith("works Tuesday afternoon")
    assert halves_in_words(range(10)) == "Monday, Tuesday, Wednesday, Thursday and Friday"


def test_what_a_closure_takes_with_it_is_said(world):
    publish(draft(FIRST, FIRST + timedelta(weeks=3, days=-1)))
    booked(world.centres["todmorden"], at_time(FIRST + timedelta(days=3), "9:30"))
    plan = solved(asked())
    made = begun(plan, CentreClosed(world.centres["todmorden"], 0), RoomAdded(world.centres["elland"]))
    closed, room = change_lines(made)
    assert closed.follows == (
        "Upper Valley has no centre then: its families are expected in Calder Valley. "
        "Families booked there in one half-day would have to be offered times elsewhere."
    )
    assert (room.follows, room.kind, room.registrar) == ("", "room", None)
    others = {"email": "others@example.com", "mobile": None}
    booked(world.centres["todmorden"], at_time(FIRST + timedelta(days=10), "9:30"), **others)
    other = begun(solved(asked()), CentreClosed(world.centres["todmorden"], 0))
    assert "Families booked there in 2 half-days would" in change_lines(other)[0].follows


def test_a_closure_beside_another_centre_takes_nothing_with_it(world, plan):
    [closed] = change_lines(begun(plan, CentreClosed(world.centres["elland"], 0)))
    assert closed.follows == ""


# ---- side by side


def columns(plan, *what_ifs, keys=()):
    return Comparison(plan, keys or ["today", str(plan.id), *(str(each.id) for each in what_ifs)], what_ifs)


def busy(plan, births=60.0):
    """Let a plan expect more families than it can see."""
    kept = plan.instance
    plan.instance = kept | {
        "clusters": [one | {"births": [births] * len(one["births"])} for one in kept["clusters"]],
    }
    db.session.flush()
    return plan


def test_a_what_if_stands_beside_the_plan_and_the_rota_as_it_is(world):
    plan = solved(busy(asked()), (world.registrars["ann"], 0, None))
    made = begun(plan, CentreClosed(world.centres["todmorden"], 0))
    actions.start(made.id, ACTOR)
    solved(made, (world.registrars["cleo"], 6, None))
    seen = columns(plan, made)
    assert [each.title for each in seen.columns] == [
        "The rota as it stands", f"The plan: {plan.name}", "What if: Another room",
    ]  # fmt: skip
    figures = dict(seen.figures())
    assert figures["Half-days otherwise than in the plan"][:2] == ["1", "0"]
    assert int(figures["Half-days worked"][0]) == int(figures["Half-days worked"][1]) + 1
    missed = [int(each) for each in figures["Families not seen by the end"]]
    assert missed[2] > missed[1] > missed[0] > 0
    [(_, calder), (name, valley)] = sorted(seen.clusters())
    assert name == "Upper Valley"
    assert [cell.empty for cell in valley] == [False, False, True]
    assert calder[2].effect.need == pytest.approx(2 * calder[1].effect.need)
    assert calder[1].reason.startswith("In ")
    assert "<svg" in calder[0].bar
    assert f" {missed[2] - missed[1]} more families are not seen by the end." in seen.in_short()


def test_what_has_no_rota_yet_stands_there_empty(world, plan):
    made = begun(plan, RoomAdded(world.centres["elland"]))
    seen = columns(plan, made)
    assert dict(seen.figures())["Worst cluster"][2] == "–"
    assert seen.clusters()[0][1][2].effect is None
    assert (seen.in_short(), seen.columns[2].state) == ("", "Being put together")
    assert [each.sentence for each in seen.columns[2].lines] == ["One more room at Elland Children’s Centre"]


def test_at_most_four_columns_stand_in_the_order_asked_for_and_others_are_not_known(world, plan):
    made = [begun(plan, RoomAdded(world.centres["elland"])) for _ in range(4)]
    keys = [str(made[1].id), "nonsense", "0", "today", *(str(each.id) for each in made)]
    assert [each.key for each in columns(plan, *made, keys=keys).columns] == [
        keys[0], "today", str(made[0].id), str(made[1].id),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("shortfall", "late", "worst", "sentence"),
    [
        (
            0.2,
            0.0,
            0.0,
            "Still 50% of # are seen. As many are seen by the end as in the plan. As many are seen by day 42.",
        ),
        (
            1.0,
            -2.0,
            -0.1,
            (
                "40% instead of 50% of # are seen. 1 more family is not seen by the end. "
                "2 fewer families are past day 42 before they are seen."
            ),
        ),
    ],
)
def test_the_difference_is_said_in_a_sentence(world, plan, shortfall, late, worst, sentence):
    made = begun(plan, RoomAdded(world.centres["elland"]))
    actions.start(made.id, ACTOR)
    solved(made)
    seen = columns(plan, made)
    ours, theirs = seen.columns[1], seen.columns[2]
    figures = replace(ours.effect.figures, worst=0.5, shortfall=10.0)
    clusters = ours.effect.clusters
    first = next(iter(clusters))
    ours.__dict__["effect"] = replace(
        ours.effect, figures=figures, clusters=clusters | {first: replace(clusters[first], late=4.0)}
    )
    theirs.__dict__["effect"] = replace(
        ours.effect,
        figures=replace(figures, worst=0.5 + worst, shortfall=10.0 + shortfall),
        clusters=clusters | {first: replace(clusters[first], late=4.0 + late)},
    )
    assert seen.in_short() == (sentence.replace("#", "the worst served cluster’s families"))
