"""What people, servers and programs answered to a campaign's mails, and who is behind each number of it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from envoi.clock import Instant
from envoi.events.event import Name
from envoi.reports.engagement import MACHINE
from envoi.tables import Query, column, quoted, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from envoi.reports.paging import Page
    from envoi.tables import Tables


class Did(StrEnum):
    """What happened to a mail; the word of a page's address."""

    OPENED = "opened"
    CLICKED = "clicked"
    #: Either of the two.
    READ = "read"
    DELIVERED = "delivered"
    DEFERRED = "deferred"
    BOUNCED = "bounced"
    DROPPED = "dropped"
    COMPLAINED = "complained"
    #: By a mail of the campaign, whatever they said later.
    UNSUBSCRIBED = "unsubscribed"


_EVENTS: dict[Did, tuple[Name, ...]] = {
    Did.OPENED: (Name.EMAIL_OPENED,),
    Did.CLICKED: (Name.EMAIL_CLICKED,),
    Did.READ: (Name.EMAIL_OPENED, Name.EMAIL_CLICKED),
    Did.DELIVERED: (Name.EMAIL_DELIVERED,),
    Did.DEFERRED: (Name.EMAIL_DEFERRED,),
    Did.BOUNCED: (Name.EMAIL_BOUNCED,),
    Did.DROPPED: (Name.EMAIL_DROPPED,),
    Did.COMPLAINED: (Name.EMAIL_COMPLAINED,),
    Did.UNSUBSCRIBED: (Name.CONSENT_CHANGED,),
}
#: What servers, providers and people tell.
TOLD = (Did.DELIVERED, Did.DEFERRED, Did.BOUNCED, Did.DROPPED, Did.COMPLAINED, Did.UNSUBSCRIBED)


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """One number of a campaign's page."""

    did: Did
    #: Openings and clicks of machines, or of all but them; None: of both.
    by_machine: bool | None = None
    #: Only clicks on this link.
    url: str | None = None
    #: Only what gave itself away as a machine by this.
    why: str | None = None
    #: Only bounces of this kind: hard, soft, undetermined.
    kind: str | None = None


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """A number: how often something happened, and to how many people."""

    did: Did
    kind: str
    people: int
    times: int


class Respondent(msgspec.Struct, frozen=True, kw_only=True):
    """One of the people behind a number, how often it was, and when last."""

    person: str
    times: int
    last: Instant


class Respondents(msgspec.Struct, frozen=True, kw_only=True):
    """One page of the people behind a number; over all pages, their times add up to it."""

    shown: list[Respondent]
    people: int
    times: int


def responses(tables: Tables, campaign: str) -> list[Answered]:
    """What was told of a campaign's mails but for openings and clicks (engagement.py), as far as anything was."""
    return [found for did in TOLD for found in _counted(tables, campaign, did)]


def respondents(tables: Tables, campaign: str, asked: Asked, *, page: Page) -> Respondents:
    """The people behind a number, those first to whom it happened last."""
    hits = _hits(tables, campaign, asked)
    if hits is None:
        return Respondents(shown=[], people=0, times=0)
    counted = Query(f"SELECT COUNT(*) AS n, COUNT(DISTINCT e.person) AS people {hits.sql}", hits.values)
    (sums,) = tables.query(counted).to_pylist()
    sql = (
        "SELECT p.id AS id, h.n AS n, h.last_at AS last_at FROM (SELECT e.person AS number, COUNT(*) AS n,"
        f" MAX(e.at) AS last_at {hits.sql} GROUP BY e.person) AS h JOIN people AS p ON p.number = h.number"
        " ORDER BY h.last_at DESC, p.id LIMIT ? OFFSET ?"
    )
    rows = tables.query(Query(sql, (*hits.values, page.size, page.offset))).to_pylist()
    shown = [Respondent(person=row["id"], times=int(row["n"]), last=row["last_at"]) for row in rows]
    return Respondents(shown=shown, people=int(sums["people"]), times=int(sums["n"]))


def _counted(tables: Tables, campaign: str, did: Did) -> Iterator[Answered]:
    hits = _hits(tables, campaign, Asked(did=did))
    if hits is None:
        return
    kind = f"e.{text('kind')}" if did is Did.BOUNCED and _have(tables, did, "kind") else "''"
    sql = f"SELECT {kind} AS kind, COUNT(*) AS n, COUNT(DISTINCT e.person) AS people {hits.sql} GROUP BY 1 ORDER BY 1"
    for row in tables.query(Query(sql, hits.values)).to_pylist():
        yield Answered(did=did, kind=row["kind"] or "", people=int(row["people"]), times=int(row["n"]))


def _hits(tables: Tables, campaign: str, asked: Asked) -> Query | None:
    """The events behind a number, as a FROM with its condition; None if no such events were ever recorded."""
    needed = [prop for prop, _, _ in _picks(asked)]
    if not all(_have(tables, asked.did, prop) for prop in ("campaign", *needed)):
        return None
    names = _EVENTS[asked.did]
    marks = ", ".join("?" for _ in names)
    picks = "".join(f" AND {sql}" for _, sql, _ in _picks(asked))
    values = (value for _, _, given in _picks(asked) for value in given)
    sql = f"FROM events AS e WHERE e.name IN ({marks}) AND e.{text('campaign')} = ?{picks}"
    return Query(sql, (*names, campaign, *values))


def _picks(asked: Asked) -> Iterator[tuple[str, str, Sequence[str]]]:
    """What narrows it down: each the property that must have been recorded, the condition, and its values."""
    if asked.did is Did.UNSUBSCRIBED:
        yield "granted", f"e.{quoted(column('bool', 'granted'))} = 0", ()
    if asked.by_machine is not None:
        yield "machine", f"{MACHINE} = {int(asked.by_machine)}", ()
    for prop, value in (("url", asked.url), ("why_machine", asked.why), ("kind", asked.kind)):
        if value is not None:
            yield prop, f"COALESCE(e.{text(prop)}, '') = ?", (value,)


def _have(tables: Tables, did: Did, prop: str) -> bool:
    observed = tables.observed()
    return any(prop in observed.get(name, {}) for name in _EVENTS[did])
