"""Every metric once more, told in plain loops over rows and dates: what the columns of numpy are held to."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from math import erfc, exp, log, sqrt

Z = 1.959963984540054


def slices(extract):
    as_of = extract.as_of
    plain = {"all": lambda _b: True}
    for cluster in {c.cluster for c in extract.centres} | {b.cluster for b in resident(extract)}:
        plain[cluster] = lambda b, cluster=cluster: b.cluster == cluster
    plain["imd1_3"] = lambda b: b.imd_decile in (1, 2, 3)
    plain["imd4_10"] = lambda b: b.imd_decile in (4, 5, 6, 7, 8, 9, 10)
    plain["htr"] = lambda b: b.hard_to_reach is True
    plain["not_htr"] = lambda b: b.hard_to_reach is False
    plain["vulnerable"] = lambda b: b.vulnerable is True
    plain["not_vulnerable"] = lambda b: b.vulnerable is False
    plain["under2"] = lambda b: age(b.dob, as_of) < 2
    return plain


def age(born, day):
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def resident(extract):
    return [b for b in extract.births if b.resident_in_area is True and b.dob <= extract.as_of]


def is_centre(extract, venue):
    return any(c.centre_id == venue for c in extract.centres)


def registration(extract, birth):
    """Give (day, at a centre) of a birth's registration, or None."""
    rows = [r for r in extract.registrations if r.birth_id == birth.birth_id and r.registered_on <= extract.as_of]
    rows.sort(key=lambda r: (r.registered_on, r.venue_id))
    return (rows[0].registered_on, is_centre(extract, rows[0].venue_id)) if rows else None


def joining(extract, family):
    days = [m.joined_on for m in extract.memberships if m.family_id == family and m.joined_on <= extract.as_of]
    return min(days, default=None)


def route(extract, birth):
    days = [k.booked_on for k in extract.bookings if k.birth_id == birth.birth_id and is_centre(extract, k.venue_id)][:]
    done = registration(extract, birth)
    if done and done[1]:
        days.append(done[0])
    days = [day for day in days if day <= extract.as_of]
    return min(days, default=None)


def known_since(extract, births):
    days = [route(extract, b) for b in births] + [b.feed_received_on for b in births]
    days.append(joining(extract, births[0].family_id))
    return min([day for day in days if day and day <= extract.as_of], default=None)


def share(found, metric, of, num, den):
    found[metric, of, "num"], found[metric, of, "den"] = num, den
    if den:
        found[metric, of, "value"] = num / den
        found[metric, of, "lo"], found[metric, of, "hi"] = wilson(num, den)


def wilson(num, den):
    """Solve (p - x)^2 = z^2 x (1 - x) / n for x."""
    p, a, b, c = num / den, 1 + Z**2 / den, -(2 * num / den + Z**2 / den), (num / den) ** 2
    root = sqrt(max(b * b - 4 * a * c, 0))
    return (0.0 if p == 0 else (-b - root) / (2 * a)), (1.0 if p == 1 else (-b + root) / (2 * a))


def quantile(values, share_below):
    values, place = sorted(values), (len(values) - 1) * share_below
    low = int(place)
    return values[low] + (place - low) * (values[min(low + 1, len(values) - 1)] - values[low])


def plain(extract):
    """Give every figure but M12, by (metric, slice, key)."""
    found = {}
    families = defaultdict(list)
    for birth in resident(extract):
        families[birth.family_id].append(birth)
    for of, inside in slices(extract).items():
        among = {name: births for name, births in families.items() if any(inside(b) for b in births)}
        reach(found, extract, of, among)
        registered(found, extract, of, [b for b in resident(extract) if inside(b)])
        for venue in ("centre", "office", "any"):
            booked(found, extract, f"{of}/{venue}", [b.birth_id for b in resident(extract) if inside(b)])
        for venue in (True, False):
            rows = [row for row in follow(extract, families) if inside(row[0]) and row[1] == venue]
            signed_up(found, f"{of}/{'centre' if venue else 'office'}", rows)
        if of in ("all", "htr"):
            used(found, extract, of, among)
        contacted(found, extract, of, among)
    rows = follow(extract, families)
    compared(found, rows)
    equity(found, extract, rows)
    cost(found, extract, rows)
    return found


def reach(found, extract, of, families):
    found["M01_births_resident", of, "n"] = sum(slices(extract)[of](b) for b in resident(extract))
    found["M01_families", of, "n"] = len(families)
    known = first = only = 0
    for name, births in families.items():
        known += known_since(extract, births) is not None
        first += any(before_others(extract, b, joining(extract, name)) for b in births)
        only += any(nothing_else(extract, b, joining(extract, name)) for b in births)
    share(found, "M02_reach_known_families", of, known, len(families))
    share(found, "M03_first_known_via_registration", of, first, len(families))
    share(found, "M03b_known_only_via_registration", of, only, len(families))


def before_others(extract, birth, joined):
    on = route(extract, birth)
    fed = birth.feed_received_on
    if on is None:
        return False
    return not (fed and fed <= extract.as_of and fed <= on) and not (joined and joined <= on)


def nothing_else(extract, birth, joined):
    fed = birth.feed_received_on
    return route(extract, birth) is not None and not (fed and fed <= extract.as_of) and not joined


def registered(found, extract, of, births):
    rows = [(b, registration(extract, b)) for b in births]
    done = [(b, r) for b, r in rows if r]
    share(found, "M04_registered_at_centre", of, sum(r[1] for _, r in done), len(done))
    days = [(r[0] - b.dob).days for b, r in done]
    if days:
        metric = "M06_days_to_registration"
        found[metric, of, "median"], found[metric, of, "p90"] = quantile(days, 0.5), quantile(days, 0.9)
        found[metric, of, "mean"] = sum(days) / len(days)
    mature = [(b, r) for b, r in rows if (extract.as_of - b.dob).days >= 42]
    in_time = [b for b, r in mature if r and (r[0] - b.dob).days <= 42]
    share(found, "M07_within_42_days_mature", of, len(in_time), len(mature))


def booked(found, extract, of, births):
    wanted = {"centre": (True,), "office": (False,), "any": (True, False)}[of.split("/")[1]]
    rows = [
        k
        for k in extract.bookings
        if k.birth_id in births and is_centre(extract, k.venue_id) in wanted and k.slot_on <= extract.as_of
    ]
    lead = [(k.slot_on - k.booked_on).days for k in rows if k.status == "attended"]
    found["M05_lead_time_days", of, "n"] = len(lead)
    if lead:
        found["M05_lead_time_days", of, "median"] = quantile(lead, 0.5)
    missed = sum(k.status == "dna" for k in rows)
    share(found, "M08_dna", of, missed, missed + len(lead))


def follow(extract, families):
    """Give (birth of the index, at a centre, index, days, joined) of each family that is followed."""
    rows = []
    for name, births in families.items():
        done = sorted((registration(extract, b)[0], b.birth_id) for b in births if registration(extract, b))
        if not done:
            continue
        [birth] = [b for b in births if b.birth_id == done[0][1]]
        index, joined = done[0][0], joining(extract, name)
        if joined and joined < index:
            continue
        end = extract.as_of
        if birth.left_area_on and birth.left_area_on < end:
            end = max(birth.left_area_on, index)
        event = bool(joined) and joined <= end
        rows.append((birth, registration(extract, birth)[1], index, ((joined if event else end) - index).days, event))
    return rows


def signed_up(found, of, rows):
    share(found, "M09_signup_at_visit", of, sum(r[4] and r[3] == 0 for r in rows), len(rows))
    for horizon in (30, 90, 365):
        metric = f"M10_signup_within_{horizon}d_KM"
        found[metric, of, "n_risk"] = sum(r[3] >= horizon for r in rows)
        if rows:
            values = kaplan_meier([r[3:] for r in rows], horizon)
            found.update({(metric, of, key): value for key, value in zip(("value", "lo", "hi"), values, strict=True)})


def kaplan_meier(rows, horizon):
    survival, greenwood = 1.0, 0.0
    for day in sorted({days for days, event in rows if event and days <= horizon}):
        at_risk = sum(days >= day for days, _ in rows)
        met = sum(days == day and event for days, event in rows)
        survival *= (at_risk - met) / at_risk
        greenwood += met / (at_risk * (at_risk - met)) if at_risk > met else 0
    if survival in (0, 1):
        return 1 - survival, 1 - survival, 1 - survival
    place, spread = log(-log(survival)), Z * sqrt(greenwood / log(survival) ** 2)
    return 1 - survival, 1 - exp(-exp(place - spread)), 1 - exp(-exp(place + spread))


def compared(found, rows):
    gap = variance = 0.0
    for day in {r[3] for r in rows if r[4]}:
        n, n1 = sum(r[3] >= day for r in rows), sum(r[3] >= day and r[1] for r in rows)
        d, d1 = (sum(r[3] == day and r[4] and (r[1] or not only) for r in rows) for only in (False, True))
        gap += d1 - d * n1 / n
        variance += d * n1 * (n - n1) * (n - d) / (n * n * (n - 1)) if n > 1 else 0
    if variance > 0:
        found["M11_logrank_centre_vs_office", "all", "chisq"] = gap**2 / variance
        found["M11_logrank_centre_vs_office", "all", "p"] = erfc(sqrt(gap**2 / variance / 2))


def used(found, extract, of, families):
    num = den = 0
    for name, births in families.items():
        joined = joining(extract, name)
        if not joined or (extract.as_of - joined).days < 365:
            continue
        if any(b.left_area_on and (b.left_area_on - joined).days <= 365 for b in births):
            continue
        den += 1
        num += any(v.family_id == name and 0 <= (v.visited_on - joined).days <= 365 for v in extract.visits)
    share(found, "M13_used_within_one_year_of_joining", of, num, den)


def equity(found, extract, rows):
    told = []
    for birth, _, index, days, event in rows:
        by_then = event and days <= 90
        day = index + timedelta(days=90)
        if day <= extract.as_of and (by_then or birth.left_area_on is None or birth.left_area_on > day):
            told.append((birth, int(by_then)))
    ranked = [(b.imd_decile, y) for b, y in told if b.imd_decile]
    metric, n, mean = "M14_equity_90d", len(ranked), sum(y for _, y in ranked) / max(len(ranked), 1)
    found[metric, "all", "n"] = n
    if n:
        found[metric, "all", "mean"] = mean
    if mean:
        deciles = [decile for decile, _ in ranked]
        ranks = [sum(other < decile for other in deciles) + (deciles.count(decile) + 1) / 2 for decile in deciles]
        rank = [(r - 0.5) / n for r in ranks]
        middle = sum(rank) / n
        both = sum((y - mean) * (r - middle) for (_, y), r in zip(ranked, rank, strict=True))
        found[metric, "all", "concentration_index"] = 2 * both / n / mean
        found[metric, "all", "erreygers"] = 8 * both / n
    for one, other in (("imd1_3", "imd4_10"), ("htr", "not_htr")):
        ones, others = ([y for b, y in told if slices(extract)[of](b)] for of in (one, other))
        gap(found, f"{one}_minus_{other}", ones, others)


def gap(found, of, ones, others):
    counts = {"num1": sum(ones), "den1": len(ones), "num2": sum(others), "den2": len(others)}
    found.update({("M14_gap_90d", of, key): value for key, value in counts.items()})
    if ones and others:
        p1, p2 = sum(ones) / len(ones), sum(others) / len(others)
        (l1, u1), (l2, u2) = wilson(sum(ones), len(ones)), wilson(sum(others), len(others))
        found["M14_gap_90d", of, "value"] = p1 - p2
        found["M14_gap_90d", of, "lo"] = p1 - p2 - sqrt((p1 - l1) ** 2 + (u2 - p2) ** 2)
        found["M14_gap_90d", of, "hi"] = p1 - p2 + sqrt((u1 - p1) ** 2 + (p2 - l2) ** 2)


def contacted(found, extract, of, families):
    if extract.contacts is None:
        return
    num = den = 0
    for name, births in families.items():
        since = known_since(extract, births)
        if since and since + timedelta(days=14) <= extract.as_of:
            den += 1
            days = [(c.contacted_on - since).days for c in extract.contacts if c.family_id == name]
            num += any(0 <= day <= 14 for day in days)
    share(found, "M15_contacted_within_14d", of, num, den)


def cost(found, extract, rows):
    if extract.hours is None:
        return
    clusters = {c.centre_id: c.cluster for c in extract.centres}
    venue = {r.birth_id: r.venue_id for r in extract.registrations}
    for of in {"all", *clusters.values(), *(b.cluster for b in resident(extract))}:
        inside = [centre for centre, cluster in clusters.items() if of in ("all", cluster)]
        minutes = sum(h.registrar_minutes for h in extract.hours if h.venue_id in inside and h.date <= extract.as_of)
        families = sum(r[4] and venue[r[0].birth_id] in inside for r in rows)
        found["M16_hours_per_signup", of, "hours"] = minutes / 60
        found["M16_hours_per_signup", of, "families"] = families
        if families:
            found["M16_hours_per_signup", of, "value"] = minutes / 60 / families
