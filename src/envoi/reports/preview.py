"""One person's mail as it went or would go, by the function that sends it; and the people worth looking at."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from envoi.campaigns.compose import Press, compose, data_for
from envoi.campaigns.edge_cases import EdgeCases, edge_cases
from envoi.campaigns.plan import Known, plan, plan_for
from envoi.campaigns.proof import Proof
from envoi.campaigns.ways import Ways
from envoi.conditions.bind import bind
from envoi.conditions.tables import as_query
from envoi.decisions.decision import Decision, from_event
from envoi.errors import NotFound, Withheld
from envoi.messages.ledger import Entry
from envoi.reports.campaign import decided
from envoi.tables import Query

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from envoi.clock import Instant
    from envoi.conditions.bind import Definitions
    from envoi.events.event import PersonId
    from envoi.messages.message import Message
    from envoi.people.profile import Profile
    from envoi.reports.kept import Kept

#: Edge cases are looked for among so many people at most; the answer says among how many.
MOST_PEOPLE = 50_000
#: A template is held against the data of so many people.
SAMPLED = 2_000
#: Why a person gets nothing whom the campaign is not for.
OUTSIDE = "not in the audience"
_AT_ONCE = 1_000
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What previews of a campaign are made from."""

    press: Press
    definitions: Definitions
    kept: Kept
    at: Instant

    @property
    def campaign(self) -> str:
        """Its name."""
        return self.press.campaign.name

    @property
    def is_planned(self) -> bool:
        """Whether its decisions are recorded: then they are shown, and no others are made."""
        return self.campaign in self.kept.statement.campaigns()

    @property
    def known(self) -> Known:
        """What planning may ask."""
        return Known(definitions=self.definitions, tables=self.kept.tables, people=self.kept.people)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What a person got, or would get."""

    profile: Profile
    #: None if nobody needed to decide.
    decision: Decision | None
    #: None if there is no mail to make.
    message: Message | None
    #: The person's place in the ledger; None for a campaign that was not planned.
    entry: Entry | None
    #: Why the person gets nothing; empty if they get the mail.
    skip: str


def made(stage: Stage, person: PersonId) -> Made:
    """Composes the mail from the recorded decision or, where there is none, from what the campaign would decide now.

    Raises:
        NotFound: no such person.
        TemplateError: the template fails on this person's data.
    """
    profile = profile_of(stage, person)
    for entry in stage.kept.statement.entries(stage.campaign, person=person):
        return _recorded(stage, profile, entry)
    found = would_get(stage, profile)
    return found if _is_in_row(stage, person) else replace(found, skip=OUTSIDE)


def profile_of(stage: Stage, person: PersonId) -> Profile:
    """The person's profile.

    Raises:
        NotFound: there is none.
    """
    found = stage.kept.people.get([person]).get(person)
    if found is None:
        raise NotFound(f"no person {person!r}", hint="see who there is with 'envoi who'")
    return found


def would_get(stage: Stage, profile: Profile) -> Made:
    """The mail as the campaign would decide it now, to the byte as it would be sent; tried as planning tries it."""
    planned = plan_for(stage.press.campaign, stage.known, stage.at, [profile.person])
    (tried,) = Proof(stage.press).of(planned)
    entry = Entry(campaign=stage.campaign, person=profile.person, address=tried.address, decision=0)
    message = _composed(stage, tried.decision, profile, entry.message_id)
    return Made(profile=profile, decision=tried.decision, message=message, entry=None, skip=tried.skip)


def row_of_people(stage: Stage, *, content: str = "") -> Query:
    """The ids of those whose mail there is to look at; of a campaign that was planned, only those with this content."""
    if stage.is_planned:
        return decided(stage.campaign, content=content)
    return as_query(bind(stage.press.campaign.audience, stage.definitions), stage.at, tail="")


def cases(stage: Stage) -> EdgeCases:
    """The edge cases among those for whom there is a decision."""
    paths = (variable.path for variable in stage.press.template.whole.variables())
    traits = [path.removeprefix("person.") for path in paths if path.startswith("person.")]
    ways = Ways(stage.press.template)

    def people() -> Iterator[tuple[Decision, Profile]]:
        for decision, profile in _with_profiles(stage, islice(_decided(stage), MOST_PEOPLE)):
            ways.look_at(decision.person, data_for(stage.press, decision, profile))
            yield decision, profile

    found = edge_cases(stage.press.campaign, people(), printed=traits)
    return replace(found, found=[*found.found, *ways.found()])


def sample(stage: Stage) -> list[Mapping[str, object]]:
    """What templates see of the people for whom there is a decision; of many, of so many, evenly drawn."""
    decisions = list(islice(_decided(stage), MOST_PEOPLE))
    drawn = decisions[:: -(-len(decisions) // SAMPLED) or 1]
    return [data_for(stage.press, decision, profile) for decision, profile in _with_profiles(stage, drawn)]


def _recorded(stage: Stage, profile: Profile, entry: Entry) -> Made:
    decisions = stage.kept.archive.fetch([entry.decision])
    decision = from_event(decisions[0]) if decisions else None
    message = _composed(stage, decision, profile, entry.message_id)
    return Made(profile=profile, decision=decision, message=message, entry=entry, skip=entry.reason)


def _composed(stage: Stage, decision: Decision | None, profile: Profile, message_id: str) -> Message | None:
    """The mail; None if nobody decided, or if the template withholds it, which is a reason to skip and no fault."""
    try:
        return compose(stage.press, decision, profile, message_id) if decision else None
    except Withheld:
        return None


def _is_in_row(stage: Stage, person: PersonId) -> bool:
    row = row_of_people(stage)
    sql = f"SELECT COUNT(*) AS n FROM ({row.sql}) AS row_of_people WHERE id = ?"
    return bool(stage.kept.tables.query(Query(sql, (*row.values, person))).column("n")[0].as_py())


def _decided(stage: Stage) -> Iterator[Decision]:
    if not stage.is_planned:
        yield from (one.decision for one in plan(stage.press.campaign, stage.known, stage.at) if one.decision)
        return
    entries = stage.kept.statement.entries(stage.campaign, limit=MOST_PEOPLE)
    for some in _in_batches(entry.decision for entry in entries if entry.decision):
        yield from (from_event(stored) for stored in stage.kept.archive.fetch(some))


def _with_profiles(stage: Stage, decisions: Iterable[Decision]) -> Iterator[tuple[Decision, Profile]]:
    for some in _in_batches(decisions):
        profiles = stage.kept.people.get([each.person for each in some])
        yield from ((each, profiles[each.person]) for each in some if each.person in profiles)


def _in_batches(each: Iterable[_T]) -> Iterator[list[_T]]:
    rest = iter(each)
    while some := list(islice(rest, _AT_ONCE)):
        yield some
