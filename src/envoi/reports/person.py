"""One person, and how to find them: search, timeline, segments with why, and every mail with why."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec.structs import replace

from envoi.errors import NotFound
from envoi.events.event import PersonId
from envoi.reports.paging import Page
from envoi.reports.why import history, why_condition, why_message
from envoi.tables import Query

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from envoi.campaigns.project import Project
    from envoi.clock import Instant
    from envoi.events.event import Stored
    from envoi.messages.ledger import Entry
    from envoi.people.profile import Profile
    from envoi.reports.answers import WhyMessage, WhySegment
    from envoi.reports.kept import Kept

#: A search looks at no more words than this.
MOST_WORDS = 6
#: The traits that a search reads, beside the id.
SEARCHED = ("email", "first_name", "last_name")

_BEGINS = (
    "(LEFT(LOWER(id), ?) = ? OR number IN (SELECT person FROM"
    ' (SELECT person, text, ROW_NUMBER() OVER (PARTITION BY person, "key" ORDER BY "at" DESC, seq DESC) AS newest'
    f' FROM traits WHERE "key" IN ({", ".join("?" * len(SEARCHED))}) AND "at" <= ?) AS latest'
    " WHERE newest = 1 AND LEFT(LOWER(text), ?) = ?))"
)


_CALLED = (
    "number IN (SELECT person FROM"
    ' (SELECT person, text, ROW_NUMBER() OVER (PARTITION BY person ORDER BY "at" DESC, seq DESC) AS newest'
    ' FROM traits WHERE "key" = \'phone\' AND "at" <= ?) AS latest WHERE newest = 1'
    " AND REPLACE(REPLACE(REPLACE(text, ' ', ''), '-', ''), '+', '') LIKE ?) OR id LIKE ?"
)
_PHONE = re.compile(r"\+?[0-9 ()./-]+")
#: Fewer are an id, or part of one.
_FEWEST_DIGITS = 5
_ALL = 1 << 62


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A person as a line of a list."""

    person: PersonId
    #: Empty if no name is known.
    name: str
    email: str
    first_seen: Instant
    last_seen: Instant
    events: int


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """One page of people, and how many there are in all."""

    total: int
    shown: Sequence[Known]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """One page of what happened to a person, the newest first."""

    #: How many events of each name there are, the most frequent first.
    names: Mapping[str, int]
    #: How many events the filter leaves.
    total: int
    shown: Sequence[Stored]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A person's place in a campaign, and why it is as it is."""

    entry: Entry
    why: WhyMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class Mails:
    """One page of a person's mails, and how many there are in all."""

    total: int
    shown: Sequence[Mail]


def find(kept: Kept, text: str, *, at: Instant, page: Page) -> People:
    """The people seen by `at` of whom each word of `text` begins the id, the address or a name; case does not matter.

    A text of digits, however they are grouped, also finds whose phone number holds them. Ordered by id, shorter ids
    first, so that numbers come in their order.
    """
    words = text.lower().split()[:MOST_WORDS]
    begins = " AND ".join([_BEGINS] * len(words)) or "TRUE"
    values: list[object] = [at]
    for word in words:
        values += [len(word), word, *SEARCHED, at, len(word), word]
    digits = _phone_digits(text)
    if digits:
        begins = f"({begins}) OR {_CALLED}"
        values += [at, f"%{digits}%", f"phone:%{digits}%"]
    where = f"first_at <= ? AND ({begins})"
    total = kept.tables.query(Query(f"SELECT COUNT(*) AS n FROM people WHERE {where}", tuple(values)))
    sql = f"SELECT id FROM people WHERE {where} ORDER BY LENGTH(id), id LIMIT ? OFFSET ?"
    ids = kept.tables.query(Query(sql, (*values, page.size, page.offset))).column("id").to_pylist()
    return People(total=int(total.column("n")[0].as_py()), shown=lines(kept, ids, at=at))


def _phone_digits(text: str) -> str:
    """The digits of what looks like a phone number, without what stands before it at home; else nothing.

    >>> _phone_digits("+351 912-345 678"), _phone_digits("(0)912 345"), _phone_digits("17"), _phone_digits("ada 25")
    ('351912345678', '912345', '', '')
    """
    if not _PHONE.fullmatch(text):
        return ""
    digits = "".join(char for char in text if char.isdecimal()).lstrip("0")
    return digits if len(digits) >= _FEWEST_DIGITS else ""


def lines(kept: Kept, ids: Sequence[str], *, at: Instant) -> list[Known]:
    """These people as lines of a list, in the order asked; who had not been seen by `at` is left out."""
    people = [PersonId(each) for each in ids]
    seen = _seen(kept, people, at)
    profiles = kept.people.get(people)
    return [
        Known(
            person=person,
            name=full_name(profiles.get(person)),
            email=_text(profiles.get(person), "email"),
            first_seen=seen[person][0],
            last_seen=seen[person][1],
            events=seen[person][2],
        )
        for person in people
        if person in seen
    ]


def _seen(kept: Kept, people: Sequence[PersonId], at: Instant) -> dict[str, tuple[Instant, Instant, int]]:
    """When each was first and last seen by `at`, and in how many events."""
    if not people:
        return {}
    sql = (
        "SELECT p.id AS id, MIN(e.at) AS first_at, MAX(e.at) AS last_at, COUNT(*) AS n FROM people AS p"
        f" JOIN events AS e ON e.person = p.number WHERE p.id IN ({', '.join('?' * len(people))}) AND e.at <= ?"
        " GROUP BY p.id"
    )
    rows = kept.tables.query(Query(sql, (*people, at))).to_pylist()
    return {row["id"]: (row["first_at"], row["last_at"], row["n"]) for row in rows}


def full_name(profile: Profile | None) -> str:
    """First and last name as far as they are known."""
    return " ".join(part for part in (_text(profile, "first_name"), _text(profile, "last_name")) if part)


def _text(profile: Profile | None, trait: str) -> str:
    found = profile.value(trait) if profile else None
    return found if isinstance(found, str) else ""


def timeline(kept: Kept, person: PersonId, *, at: Instant, name: str = "", page: Page) -> Timeline:
    """What happened to the person up to `at`, the newest first; only events called `name` unless it is empty.

    Raises:
        NotFound: nobody of this id had been seen by then.
    """
    who = "FROM events AS e JOIN people AS p ON p.number = e.person WHERE p.id = ? AND e.at <= ?"
    counts = Query(f"SELECT e.name AS name, COUNT(*) AS n {who} GROUP BY e.name ORDER BY n DESC, name", (person, at))
    names = {row["name"]: int(row["n"]) for row in kept.tables.query(counts).to_pylist()}
    if not names:
        raise NotFound(f"no person {person!r}", hint="look for people by id, name or e-mail address")
    only, values = (" AND e.name = ?", (person, at, name)) if name else ("", (person, at))
    sql = f"SELECT e.seq AS seq {who}{only} ORDER BY e.at DESC, e.seq DESC LIMIT ? OFFSET ?"
    seqs = kept.tables.query(Query(sql, (*values, page.size, page.offset))).column("seq").to_pylist()
    total = names.get(name, 0) if name else sum(names.values())
    return Timeline(names=names, total=total, shown=kept.archive.fetch(seqs))


def page_of(kept: Kept, person: PersonId, stored: Stored, *, at: Instant, size: int) -> Page:
    """The page of the person's timeline, filtered to the event's name, that shows it."""
    sql = (
        "SELECT COUNT(*) AS n FROM events AS e JOIN people AS p ON p.number = e.person"
        " WHERE p.id = ? AND e.name = ? AND e.at <= ? AND (e.at > ? OR (e.at = ? AND e.seq > ?))"
    )
    event = stored.event
    newer = kept.tables.query(Query(sql, (person, event.name, at, event.at, event.at, stored.seq)))
    return Page(int(newer.column("n")[0].as_py()) // size + 1, size=size)


def memberships(project: Project, kept: Kept, person: PersonId, *, at: Instant) -> list[WhySegment]:
    """Every segment, whether the person is in it at `at`, and why; those they are in first, then by name.

    Raises:
        NotFound: the person had not been seen by then.
    """
    events = history(kept.tables, kept.archive, person, until=at)
    whys = [
        replace(why_condition(project.definitions, segment.condition, events, person=person, at=at), segment=name)
        for name, segment in project.segments.items()
    ]
    return sorted(whys, key=lambda why: (not why.holds, why.segment))


def mails(kept: Kept, person: PersonId, *, page: Page) -> Mails:
    """The person's place in the campaigns that froze them into their audience, the newest first."""
    entries = _entries(kept, person)
    shown = entries[page.offset : page.offset + page.size]
    return Mails(total=len(entries), shown=[Mail(entry=entry, why=why_message(kept.archive, entry)) for entry in shown])


def page_of_mail(kept: Kept, person: PersonId, message_id: str, *, size: int) -> Page | None:
    """The page of `mails` that shows the mail with this id; None if there is none."""
    for place, entry in enumerate(_entries(kept, person)):
        if entry.message_id == message_id:
            return Page(place // size + 1, size=size)
    return None


def _entries(kept: Kept, person: PersonId) -> list[Entry]:
    """Also those by an id that the person had before."""
    known = kept.people.get([person]).get(person)
    names = kept.people.get(known.once) if known else {}
    called = [person, *(name for name, one in names.items() if one.into)]
    found = [entry for name in called for entry in kept.statement.entries(person=name, limit=_ALL)]
    return sorted(found, key=lambda entry: (-entry.at, entry.campaign))
