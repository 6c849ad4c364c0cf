"""Why: whether a condition holds for a person, and how a mail came to be as it was or not to be at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.clock import Instant, iso
from envoi.conditions import bind, explain, facts, written
from envoi.decisions.decision import from_event
from envoi.errors import NotFound
from envoi.events.event import ENVOI, PersonId
from envoi.messages.outcome import outcome_ids
from envoi.people.identity import home_of
from envoi.reports.answers import WhyMessage, WhySegment
from envoi.tables import Query

if TYPE_CHECKING:
    from envoi.conditions.bind import Definitions
    from envoi.conditions.tree import Condition
    from envoi.events.event import Stored
    from envoi.events.port import Archive
    from envoi.messages.ledger import Entry
    from envoi.messages.port import Statement
    from envoi.tables import Tables


def history(tables: Tables, archive: Archive, person: PersonId, *, until: Instant) -> list[Stored]:
    """Everything that happened to a person up to `until`, oldest first."""
    people = "people AS p ON p.number = e.person"
    sql = f"SELECT e.seq AS seq FROM events AS e JOIN {people} WHERE p.id = ? AND e.at <= ? ORDER BY e.at, e.seq"
    return archive.fetch(tables.query(Query(sql, (person, until))).column("seq").to_pylist())


def why_condition(
    definitions: Definitions, condition: Condition, events: list[Stored], *, person: PersonId, at: Instant
) -> WhySegment:
    """Why the condition holds at `at` for the person whose events these are, or why not.

    Raises:
        ConditionError: it does not fit the tracking plan.
        NotFound: the person had not been seen by then.
    """
    bound = bind(condition, definitions, text=written(condition))
    known = facts(events, at)
    if not known.exists:
        raise NotFound(f"person {person!r} had not been seen by {iso(at)}", hint="see who there is with 'envoi who'")
    why = explain(bound, known)
    return WhySegment(person=person, at=iso(at), condition=written(condition), holds=why.holds, why=why)


def why_message(archive: Archive, entry: Entry) -> WhyMessage:
    """How this mail came to be as it was, or not to be."""
    recorded = archive.fetch([entry.decision])
    decision = from_event(recorded[0]) if recorded else None
    return WhyMessage(
        message=entry.message_id,
        campaign=entry.campaign,
        person=entry.person,
        state=entry.state,
        reason=entry.reason,
        decided_at=iso(decision.send_at) if decision else "",
        content=decision.content if decision else "",
        propensity=decision.propensity if decision else 1.0,
        reasons=decision.reasons if decision else [],
        products=decision.products if decision else [],
    )


def entry_of(archive: Archive, statement: Statement, message: str) -> Entry:
    """The ledger entry of the mail with this id.

    Raises:
        NotFound: no mail with this id was handed over.
    """
    for stored in archive.find(ENVOI, list(outcome_ids(message))):
        # By the id of then: the person may turn out to be somebody else.
        person = home_of(stored.event, otherwise=stored.person)
        return next(statement.entries(str(stored.event.props["campaign"]), person=person))
    raise NotFound(f"no mail has the id {message!r}", hint="it is the first part of the mail's Message-ID")
