"""The consent ledger: every word of a person in order, with what it changed; and what all people last said."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from envoi.clock import iso
from envoi.errors import NotFound
from envoi.events.event import Name, PersonId
from envoi.people.consent import is_open
from envoi.people.profile import Profile, fold, is_reported, said_in
from envoi.people.purposes import purposes_of
from envoi.people.words import version
from envoi.reports.answers import ConsentCount, ConsentCounts, ConsentLedger, Standing, Word
from envoi.tables import Query

if TYPE_CHECKING:
    from collections.abc import Iterator

    from envoi.events.event import Event, Stored, Value
    from envoi.people.port import ProfileStore
    from envoi.reports.kept import Kept
    from envoi.settings import Settings

#: Profiles read at a time.
_LOT = 1_000
_NAMES = (Name.CONSENT_CHANGED, Name.CONSENT_ASKED)


def consent_ledger(kept: Kept, settings: Settings, person: PersonId) -> ConsentLedger:
    """The person's ledger: a question to the log, which nothing is ever taken out of.

    Raises:
        NotFound: nothing is known of this person.
    """
    profile = kept.people.get([person]).get(person)
    if profile is None:
        raise NotFound(f"no person {person!r}", hint="look for people by id, name or e-mail address")
    words, wordings = list[Word](), dict[str, str]()
    before: Profile | None = None
    for stored in _said(kept, person):
        event = stored.event
        if text := _text(event, "wording"):
            wordings[version(text)] = text
        if event.name == Name.CONSENT_ASKED:
            words += _asked(stored)
        else:
            after = fold(before, stored)
            words.append(_word(stored, _changed(before, after, event)))
            before = after
    return ConsentLedger(person=person, words=words, wordings=wordings, stands=list(_stands(profile, settings)))


def consent_counts(people: ProfileStore) -> ConsentCounts:
    """How many people said what, and where, as their last word on each purpose."""
    found: Counter[tuple[str, bool, str, str]] = Counter()
    total, start = 0, ""
    while some := list(people.scan(start, _LOT)):
        for profile in some:
            found.update((name, one.granted, one.source, one.method) for name, one in profile.consent.items())
        total += len(some)
        # The next id there could be.
        start = f"{some[-1].person}\0"
    counts = [
        ConsentCount(purpose=purpose, granted=granted, source=source, method=method, people=number)
        for (purpose, granted, source, method), number in found.items()
    ]
    return ConsentCounts(people=total, counts=sorted(counts, key=lambda one: (one.purpose, -one.people, one.source)))


def _said(kept: Kept, person: PersonId) -> list[Stored]:
    sql = (
        "SELECT e.seq AS seq FROM events AS e JOIN people AS p ON p.number = e.person"
        f" WHERE p.id = ? AND e.name IN ({', '.join('?' * len(_NAMES))}) ORDER BY e.seq"
    )
    seqs = kept.tables.query(Query(sql, (person, *(name.value for name in _NAMES)))).column("seq").to_pylist()
    return kept.archive.fetch(seqs)


def _stands(profile: Profile, settings: Settings) -> Iterator[Standing]:
    for purpose in dict.fromkeys([*purposes_of(settings.purposes), *profile.consent]):
        said = profile.consent.get(purpose)
        yield Standing(
            purpose=purpose,
            granted=said.granted if said else None,
            is_open=is_open(profile, purpose, settings),
            since=iso(said.at) if said else "",
        )


def _asked(stored: Stored) -> Iterator[Word]:
    purposes = stored.event.props.get("purposes")
    for purpose in purposes if isinstance(purposes, list) else ():
        yield _entry(stored, purpose=str(purpose), granted=None, changed="nothing yet: it waits to be confirmed")


def _word(stored: Stored, changed: str) -> Word:
    said = said_in(stored.event)
    until = iso(said.paused_until) if said.paused_until else ""
    purpose = str(stored.event.props["purpose"])
    return _entry(stored, purpose=purpose, granted=said.granted, changed=changed, paused_until=until)


def _entry(stored: Stored, *, purpose: str, granted: bool | None, changed: str, paused_until: str = "") -> Word:
    event = stored.event
    return Word(
        seq=stored.seq,
        at=iso(event.at),
        seen_at=iso(event.seen_at),
        purpose=purpose,
        granted=granted,
        changed=changed,
        source=_text(event, "source"),
        method=_text(event, "method"),
        wording_id=version(_text(event, "wording")),
        basis=_text(event, "basis"),
        proof=_proof(event.props.get("proof")),
        paused_until=paused_until,
    )


def _changed(before: Profile | None, after: Profile, event: Event) -> str:
    purpose = str(event.props["purpose"])
    was, said = before.consent.get(purpose) if before else None, said_in(event)
    if after.consent.get(purpose) != said:
        if was and is_reported(said):
            return "nothing: what others report opens nothing that a person spoke of"
        return "nothing: a later word was known"
    if was and was.granted == said.granted:
        return "paused" if said.paused_until else "said again"
    return "opened" if said.granted else "closed"


def _text(event: Event, key: str) -> str:
    return str(event.props.get(key) or "")


def _proof(value: Value) -> dict[str, str]:
    return {key: str(one) for key, one in value.items()} if isinstance(value, dict) else {}
