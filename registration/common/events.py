"""What stands in the record, in words: one predicate for each event, and what differs between before and after."""

import re
from calendar import day_name
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from registration.common.clock import london
from registration.common.times import spoken

#: By the event's name in the record. An event that is words already ("looked up") needs none.
SENTENCES = {
    "staff.added": "made the account",
    "staff.changed": "changed the account",
    "staff.ended": "ended the account",
    "staff.restored": "opened the account again",
    "staff.link_sent": "sent a link to set a password",
    "staff.signed_in": "signed in",
    "staff.sign_in_failed": "failed to sign in",
    "staff.signed_out_everywhere": "signed out everywhere",
    "staff.sign_in_ended": "ended a sign-in on another device",
    "staff.everybody_signed_out": "signed everybody out",
    "staff.single_sign_on_linked": "signed in through the council’s single sign-on for the first time",
    "staff.password_changed": "changed their password",
    "staff.password_reset": "set a password by link",
    "staff.two_factor_set": "set up an authenticator app",
    "staff.two_factor_removed": "stopped being asked for codes",
    "staff.two_factor_forgotten": "took away the lost authenticator app",
    "staff.outcomes_chased": "sent a reminder of missing outcomes",
    "registrar.account_changed": "changed which account is the registrar’s",
    "message.retried": "sent a message again",
    "letter.posted": "posted a letter",
    "task.done": "settled a task",
    "wrote down the family’s answer at its visit": "wrote down the family’s answer at their visit",
    "balance.asked": "asked for a plan of the rota",
    "balance.stop_asked": "asked for the plan to be stopped",
    "balance.done": "finished the plan",
    "balance.stopped": "stopped the plan with the best found",
    "balance.impossible": "found that not all rules of the plan can hold",
    "balance.failed": "gave the plan up",
    "balance.wished": "wished for a session of the plan",
    "balance.wish_dropped": "took back a wish for the plan",
    "balance.drafted": "made a draft rota of the plan",
    "balance.ways_asked": "asked for other ways to staff the sessions",
    "balance.what_if_begun": "began a what-if of the plan",
    "balance.what_if_renamed": "called the what-if otherwise",
    "balance.what_if_thrown_away": "threw the what-if away",
    "balance.change_added": "added a change to the what-if",
    "balance.change_dropped": "took a change out of the what-if",
    "pilot.protocol_registered": "registered a protocol of the pilot",
    "pilot.asked": "asked for the pilot’s figures",
    "pilot.stop_asked": "asked for the pilot’s figures not to be made",
    "pilot.done": "finished the pilot’s figures",
    "pilot.stopped": "left the pilot’s figures off",
    "pilot.failed": "could not make the pilot’s figures",
    "pilot.released": "released the pilot’s figures",
    "demand.adjusted": "said how many births to expect",
    "demand.withdrawn": "took back what was said of the births to expect",
    "supply.protected": "protected places for families near their last day, as times get short",
    "supply.released": "opened the protected places to everybody again",
    "promises.checked": "looked for rows that break a promise of the service",
    "supply.desk_opened": "opened the telephone desk’s places to everybody",
    "wrote down the family’s answer by telephone": "wrote down the family’s answer on the telephone",
    "agreement.drafted": "drafted a data sharing agreement",
    "agreement.changed": "changed the draft of the agreement",
    "agreement.put_in_force": "put the agreement in force",
    "agreement.put_aside": "put the draft of the agreement aside",
    "agreement.reviewed": "noted a review of the agreement",
    "agreement.ended": "ended the agreement",
    "pilot.lot_drawn": "drew a lot for the roll-out of the pilot",
    "pilot.beginning_set": "said from which day the centre is in the pilot",
    "reach.target_set": "set what the centre aims at",
    "reach.contact_logged": "wrote down a contact with the family",
    "reach.contact_taken_back": "took back a contact with the family",
    "reach.family_added": "wrote down a family that moved in or came by",
    "reach.taken_in": "took the family in as a member",
    "reach.said_no": "wrote down that the centre may not have the family’s details",
    "reach.exported": "took the file of members",
    "reach.invited": "sent a welcome or an invitation",
    "reach.notices_made": "made letters of notice",
    "reach.notice_posted": "posted the letter of notice",
    "memberships.imported": "brought members in from a file",
    "visits.imported": "brought visits in from a file",
    "service.kept": "wrote down a service of the timetable",
    "service.removed": "took a service out of the timetable",
    "service.cancelled": "cancelled a service on one day",
    "service.takes_place": "let a service take place after all",
    "service.imported": "read a timetable in",
    "visit.health_visitor_said": "said whether a health visitor was on site",
    "office_turn.given": "put a centre worker on the rota to sign families up",
    "office_turn.taken_back": "took a centre worker off the rota",
    "telling.service_kept": "wrote down a service that is told of new families",
    "telling.service_changed": "changed a service that is told of new families",
    "telling.secret_renewed": "gave the service a new secret",
    "telling.again": "had it told again",
    "telling.answered": "wrote down whether the family’s services are told",
    "births.imported": "took a file of live births in",
    "births.counts_imported": "took a file of monthly counts of births in",
    "births.erased": "deleted live birth data that were due",
    "agreement.review_written": "wrote to data officers before the review",
    "births.blanked": "blanked of live birth data what is no longer agreed",
    "births.lost": "noted a loss that a source told of",
    "births.uploaded": "brought a file of live births to look at",
    "births.upload_taken": "took in a file of live births that was looked at",
    "births.upload_dropped": "threw away a file of live births that was not taken in",
    "reach_areas.imported": "said which neighbourhoods are whose",
    "same.run_asked": "asked for all records to be compared",
    "same.run_done": "compared all records",
    "same.run_failed": "gave up comparing the records",
    "same.decided": "decided whether two records are one family",
    "same.taken_back": "took a decision on two records back",
    "same.looked": "looked at two records side by side",
    "pilot.rows_asked": "asked for rows of the pilot",
    "pilot.rows_approved": "approved that rows of the pilot are handed over",
    "pilot.rows_refused": "refused to hand over rows of the pilot",
    "pilot.rows_taken": "took rows of the pilot",
    "pilot.rows_expired": "ended the approval of rows of the pilot, its time being over",
    "service.backup_restored": "restored a backup",
    "work taken": "took the family on from a work list",
    "work given back": "gave the family back to the work list",
    "work done": "said that nothing more is to be done",
}
_STAMP = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")
_CODE = re.compile(r"[a-z]+(_[a-z]+)+")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def in_words(event: str) -> str:
    """Give the predicate a person reads: 'looked up', 'made the account'."""
    return SENTENCES.get(event, re.sub(r"[._]+", " ", event).replace("'", "’"))


def changes_in_words(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> tuple[tuple[str, str, str], ...]:
    """Give what differs as (what, before, after), by the alphabet; '' stands for what was not there."""
    old, new = before or {}, after or {}
    told = ((name, _fact(name, old.get(name)), _fact(name, new.get(name))) for name in sorted({*old, *new}))
    return tuple((name.replace("_", " "), was, becomes) for name, was, becomes in told if was != becomes)


def _fact(name: str, value: object) -> str:
    """Say a kept value: a weekday is kept as its number, 1 for Monday."""
    if name == "weekday" and isinstance(value, int):
        return day_name[value - 1]
    return value_in_words(value)


def value_in_words(value: object) -> str:
    """Say a kept value as a person would: yes, no, '4 January 2027', '4 January 2027, 9:30am' in London time."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(value_in_words(part) for part in value)
    if isinstance(value, dict):
        return ", ".join(f"{name} {value_in_words(part)}".replace("_", " ") for name, part in value.items())
    text = str(value)
    return text.replace("_", " ") if _CODE.fullmatch(text) else _time_in_words(text)


def _time_in_words(text: str) -> str:
    try:
        if _DAY.fullmatch(text):
            return f"{date.fromisoformat(text):%-d %B %Y}"
        if _STAMP.match(text):
            moment = datetime.fromisoformat(text)
            there = london(moment) if moment.tzinfo else moment
            return f"{there:%-d %B %Y}, {spoken(there.time())}"
    except ValueError:
        return text
    return text
