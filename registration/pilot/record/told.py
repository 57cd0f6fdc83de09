"""What the service's tables tell of families, as statements that give events: each row names its source by table and number.

Every statement gives: kind, later (the kind of its next versions), source, family, birth, day, at, later_at, centre, route,
facts, undone. A booking named in facts becomes its key. A day that is NULL is the civil day of its moment. Of a family whose
details are gone nothing new of births and bookings is told: what was told before stands.
"""

# ruff: noqa: S608 -- of our own words only

from registration.centres.homes import CENTRES

_HOMES = ", ".join(f"'{kind}'" for kind in sorted(CENTRES))
_LONDON = "AT TIME ZONE 'Europe/London'"
# The home centre is the one of the area whether or not births are registered there yet: a centre that begins later, or never, is
# what those that have begun are compared with.
_HOME = f"""
LEFT JOIN postcode p ON p.postcode = coalesce({{postcode}})
LEFT JOIN LATERAL (
     SELECT coalesce((SELECT a.centre_id FROM reach_area a WHERE a.lsoa = p.lsoa21),
                     (SELECT c.id FROM centre c WHERE c.kind IN ({_HOMES}) AND c.easting IS NOT NULL AND p.easting IS NOT NULL
                         AND coalesce(c.participating_to, 'infinity') >= CAST(:today AS date)
                       ORDER BY (c.easting - p.easting) ^ 2 + (c.northing - p.northing) ^ 2, c.id LIMIT 1),
                     f.home_centre_id) AS centre_id) home ON true
"""
_NO_MOMENT = "NULL::timestamptz, NULL::timestamptz"

BORN_LIVE = f"""
SELECT 'born', 'born', 'birth_record:' || r.id, f.id, 'birth_record:' || r.id, r.born, {_NO_MOMENT}, home.centre_id, 'live_births',
       jsonb_build_object('born', r.born, 'decile', f.imd_decile), false
  FROM birth_record r JOIN family f ON f.id = r.family_id {_HOME.format(postcode="r.postcode, f.postcode")}
 WHERE f.lost_at IS NULL AND r.erased_at IS NULL
"""
FED = f"""
SELECT 'fed', 'fed', 'fed:' || r.id, f.id, 'birth_record:' || r.id, r.received_on, {_NO_MOMENT}, NULL::int, 'live_births',
       '{{}}'::jsonb, false
  FROM birth_record r JOIN family f ON f.id = r.family_id WHERE f.lost_at IS NULL AND r.erased_at IS NULL
"""
# Alike are bookings for the same babies with the same e-mail address or number (booking.email_key): a family that booked anew.
BORN_BOOKED = f"""
SELECT 'born', 'born', 'family:' || f.id || ':' || baby.number, f.id, 'family:' || f.id || ':' || baby.number, baby.born,
       {_NO_MOMENT}, home.centre_id, 'booking',
       jsonb_build_object('born', baby.born, 'decile', f.imd_decile, 'resident', p.lad = ANY(CAST(:authorities AS text[])),
                          'help', f.interpreter OR split_part(f.language, '-', 1) <> 'en', 'alike', same.keys), false
  FROM family f CROSS JOIN LATERAL unnest(f.born) WITH ORDINALITY baby (born, number) {_HOME.format(postcode="f.postcode")}
  LEFT JOIN LATERAL (SELECT coalesce(jsonb_agg(DISTINCT pilot_key(encode(key, 'hex'), inner_key, outer_key)), '[]') AS keys
                       FROM pilot_secret, booking b, unnest(ARRAY[b.email_key, b.mobile_key]) key
                      WHERE b.family_id = f.id AND key IS NOT NULL) same ON true
 WHERE f.source = 'booking' AND f.lost_at IS NULL AND f.details_gone_at IS NULL
"""
_SLOT = """to_char({} AT TIME ZONE 'UTC', 'YYYYMMDD"T"HH24MISS"Z"')"""
_OF_BOOKINGS = (
    "FROM booking b JOIN family f ON f.id = b.family_id WHERE f.lost_at IS NULL AND f.details_gone_at IS NULL"
)
_BOOKING = "jsonb_build_object('booking', 'booking:' || b.id)"
BOOKED = f"""
SELECT 'booked', 'moved', 'booking:' || b.id, f.id, NULL, NULL::date, b.created_at, b.changed_at, b.centre_id, b.channel,
       jsonb_build_object('slot', {_SLOT.format("b.begins_at")}, 'declaration', b.kind = 'declaration'), false
  {_OF_BOOKINGS}
"""
# A booking that was moved before anything was told of it: what the record says of how it was booked is told first.
BOOKED_ELSEWHERE = f"""
SELECT 'booked', 'booked', 'booking:' || b.id, f.id, NULL, NULL::date, b.created_at, b.changed_at, coalesce(there.id, b.centre_id),
       b.channel, jsonb_build_object('slot', {_SLOT.format("CAST(a.after ->> 'start' AS timestamptz)")},
                                     'declaration', b.kind = 'declaration'), false
  FROM booking b JOIN family f ON f.id = b.family_id
  JOIN audit_event a ON a.about = 'booking:' || b.id AND a.event = 'booked' AND a.after ->> 'start' IS NOT NULL
  LEFT JOIN LATERAL (SELECT max(id) AS id FROM centre WHERE name = a.after ->> 'centre' HAVING count(*) = 1) there ON true
 WHERE f.lost_at IS NULL AND f.details_gone_at IS NULL AND b.version > 0
   AND NOT EXISTS (SELECT 1 FROM pilot_event WHERE source_key = pilot_key('booking:' || b.id))
"""
CANCELLED = f"""
SELECT 'cancelled', 'cancelled', 'cancelled:' || b.id, f.id, NULL, NULL::date, b.cancelled_at, b.cancelled_at, b.centre_id,
       b.channel, {_BOOKING}, b.state <> 'cancelled'
  {_OF_BOOKINGS}
"""
MARKED = f"""
SELECT marked.kind, marked.kind, 'outcome:' || b.id, f.id, NULL, (b.begins_at {_LONDON})::date, marked.at, marked.at, b.centre_id,
       b.channel, {_BOOKING}, b.outcome IS NULL OR b.state <> 'booked'
  FROM booking b JOIN family f ON f.id = b.family_id
  CROSS JOIN LATERAL (SELECT CASE b.outcome WHEN 'did_not_attend' THEN 'dna' ELSE 'attended' END AS kind,
                             (SELECT o.happened_at FROM outcome o WHERE o.booking_id = b.id ORDER BY o.id DESC LIMIT 1)
                             AS at) marked
 WHERE f.lost_at IS NULL AND f.details_gone_at IS NULL
"""
# A declaration (1953 Act s.9) is registered in the other district, on a day nobody tells us.
REGISTERED = f"""
SELECT 'registered', 'registered', 'registered:' || b.id, f.id, NULL, (b.begins_at {_LONDON})::date, b.begins_at, b.begins_at,
       b.centre_id, b.channel, {_BOOKING}, b.state <> 'booked' OR b.outcome IS DISTINCT FROM 'registered'
  {_OF_BOOKINGS}
"""
JOINED = f"""
SELECT 'joined', 'joined', 'membership:' || m.id, f.id, NULL, m.joined_on, {_NO_MOMENT}, m.centre_id, m.source,
       jsonb_build_object('joined', m.joined_on, 'left', m.left_on), false
  FROM membership m JOIN family f ON f.id = m.family_id WHERE f.lost_at IS NULL
"""
# Who says at the visit that they join has joined that day. A wish given while booking is none before the centre takes them in.
SIGNED_UP = """
SELECT 'joined', 'joined', 'sign_up:' || f.id, f.id, NULL, NULL::date, said.at, said.at, u.centre_id, 'visit', '{}'::jsonb, false
  FROM centre_sign_up u JOIN family f ON f.id = u.family_id
  JOIN LATERAL (SELECT min(a.at) AS at FROM sharing_answer a
                 WHERE a.family_id = f.id AND a.route = 'visit' AND a.share
                   AND NOT EXISTS (SELECT 1 FROM sharing_answer o WHERE o.family_id = f.id AND o.id > a.id AND NOT o.share)) said
    ON said.at IS NOT NULL
 WHERE f.lost_at IS NULL
UNION ALL
SELECT 'joined', 'joined', 'sign_up:' || f.id, f.id, NULL, NULL, NULL, NULL, NULL, 'visit', '{}', true
  FROM family f
  JOIN LATERAL (SELECT share FROM sharing_answer WHERE family_id = f.id ORDER BY id DESC LIMIT 1) last ON NOT last.share
 WHERE f.lost_at IS NULL
"""
USED = f"""
SELECT 'used', 'used', 'visit:' || v.id, f.id, NULL, v.visited_on, {_NO_MOMENT}, v.centre_id, '',
       jsonb_build_object('visited', v.visited_on), false
  FROM centre_visit v JOIN family f ON f.id = v.family_id WHERE f.lost_at IS NULL
"""
# A contact can be taken back on the day it was written down, so it is told the day after.
CONTACTED = f"""
SELECT 'contacted', 'contacted', 'contact:' || c.id, f.id, NULL, c.contacted_on, {_NO_MOMENT}, c.centre_id, c.route,
       jsonb_build_object('result', c.result), false
  FROM family_contact c JOIN family f ON f.id = c.family_id
 WHERE f.lost_at IS NULL AND (c.made_at {_LONDON})::date < CAST(:today AS date)
"""
OBJECTED = """
SELECT 'objected', 'objected', 'answer:' || a.id, f.id, NULL, NULL::date, a.at, a.at, a.centre_id, a.route, '{}'::jsonb, false
  FROM sharing_answer a JOIN family f ON f.id = a.family_id WHERE f.lost_at IS NULL AND NOT a.share
"""
MOVED_AWAY = f"""
SELECT 'moved_away', 'moved_away', 'left:' || f.id, f.id, NULL, f.left_area_on, {_NO_MOMENT}, NULL::int, '',
       jsonb_build_object('left', f.left_area_on), f.left_area_on IS NULL
  FROM family f WHERE f.lost_at IS NULL
"""
TOLD = (
    BORN_LIVE,
    BORN_BOOKED,
    FED,
    BOOKED_ELSEWHERE,
    BOOKED,
    CANCELLED,
    MARKED,
    REGISTERED,
    JOINED,
    SIGNED_UP,
    USED,
    CONTACTED,
    OBJECTED,
    MOVED_AWAY,
)
