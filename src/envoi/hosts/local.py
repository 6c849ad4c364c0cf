"""One process, one folder, no server: a project open with its embedded stores, and the verbs of the command line."""

from __future__ import annotations

import os
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec.structs import replace

from envoi.adapters.database import open_database
from envoi.adapters.events.sqlite import SqliteEventLog
from envoi.adapters.messages.folder import delivered
from envoi.adapters.messages.sqlite_ledger import SqliteLedger
from envoi.adapters.people.sqlite import open_profiles
from envoi.adapters.tables.duckdb import DuckTables
from envoi.adapters.tables.duckdb_file import Resources
from envoi.campaigns.compose import Press, prepared
from envoi.campaigns.plan import Known, plan
from envoi.campaigns.project import load, plan_of, settings_of
from envoi.campaigns.proof import proofed
from envoi.clock import Clock, FixedClock, Instant, SystemClock, iso
from envoi.conditions import bind, parse
from envoi.events.event import PersonId
from envoi.flow import Stores, catch_up, in_bulk, send
from envoi.hosts.folder import read_files, secret, state_folder
from envoi.hosts.mailers import mail_folder, mailer_for
from envoi.messages.links import Links
from envoi.messages.verify import verify
from envoi.reports import answers, outcome
from envoi.reports.preview import Stage, cases, profile_of, would_get
from envoi.reports.why import entry_of, history, why_condition, why_message
from envoi.segments.batch import count, members

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from envoi.campaigns.project import Project
    from envoi.messages.ledger import Entry, Receipt
    from envoi.people.port import ProfileStore
    from envoi.settings import Settings

#: Overrides where mail goes.
MAIL_URL = "ENVOI_MAIL_URL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Envoi:
    """An open project; times are instants of envoi.clock, and None is the project's own present."""

    root: Path
    project: Project
    stores: Stores
    clock: Clock
    links: Links
    mail_url: str

    def who(self, condition: str, *, at: Instant | None = None, only_count: bool = False) -> answers.Who:
        """The people for whom the condition held at `at`, among those seen by then.

        Raises:
            ConditionError: it does not parse, or does not fit the tracking plan.
        """
        moment = self._at(at)
        bound = bind(parse(condition), self.project.definitions, text=condition)
        if only_count:
            return answers.Who(at=iso(moment), count=count(bound, self.stores.tables, moment))
        people = members(bound, self.stores.tables, moment)
        return answers.Who(at=iso(moment), count=len(people), people=list(people))

    def why(
        self, person: str, *, segment: str = "", condition: str = "", at: Instant | None = None
    ) -> answers.WhySegment:
        """Why the person is in the segment, or why the condition holds; or why not.

        Raises:
            NotFound: no such segment, or the person had not been seen by then.
            ConditionError: the condition does not parse, or does not fit the tracking plan.
        """
        moment, who = self._at(at), PersonId(person)
        tree = self.project.segment(segment).condition if segment else parse(condition)
        events = history(self.stores.tables, self.stores.archive, who, until=moment)
        found = why_condition(self.project.definitions, tree, events, person=who, at=moment)
        return replace(found, segment=segment)

    def why_message(self, message: str) -> answers.WhyMessage:
        """How the mail with this id came to be as it was.

        Raises:
            NotFound: no mail with this id was handed over.
        """
        entry = entry_of(self.stores.archive, self.stores.statement, message)
        return why_message(self.stores.archive, entry)

    def preview(self, campaign: str, person: str) -> answers.Preview:
        """The mail this person would get from this campaign now, composed exactly as sending does.

        Raises:
            NotFound: no such campaign or person.
            TemplateError: the template fails on this person's data.
        """
        stage = self.stage(campaign)
        made = would_get(stage, profile_of(stage, PersonId(person)))
        audience = members(bind(stage.press.campaign.audience, stage.definitions), self.stores.tables, stage.at)
        message = made.message
        return answers.Preview(
            person=person,
            campaign=campaign,
            in_audience=person in audience,
            skip=made.skip,
            to=message.to.address if message else "",
            subject=message.subject if message else "",
            html=message.html if message else "",
            text=message.text if message else "",
            decision=made.decision,
        )

    def preview_cases(self, campaign: str) -> answers.PreviewCases:
        """The people of the campaign whose mail is worth looking at, each with the reason.

        Raises:
            NotFound: no such campaign.
        """
        found = cases(self.stage(campaign))
        told = [answers.PreviewCase(label=each.label, why=each.why, person=each.person) for each in found.found]
        return answers.PreviewCases(campaign=campaign, looked_at=found.looked_at, cases=told)

    def plan(self, campaign: str) -> answers.Plan:
        """What sending the campaign now would do; nothing is stored.

        Raises:
            NotFound: no such campaign.
        """
        now = self.clock.now()
        press = self.press(campaign)
        planned = proofed(press, plan(press.campaign, self._known(), now), self.stores.people)
        return outcome.planned(campaign, planned, now)

    def send(self, campaign: str, *, on_settled: Callable[[Entry, Receipt], None] = lambda *_: None) -> answers.Sent:
        """Plans the campaign if that was not done before, and sends what its ledger has left to send.

        Raises:
            NotFound: no such campaign.
        """
        press = prepared(self.press(campaign))
        planned_now = self.freeze(campaign)
        mailer = mailer_for(self.mail_url, self.root)
        try:
            done = send(press, self.stores, mailer, self.clock, on_settled=on_settled)
        finally:
            mailer.close()
        return answers.Sent(
            planned_now=planned_now,
            report=outcome.campaign_report(self.project, self.stores.statement, campaign),
            stopped=str(done.stopped or ""),
        )

    def freeze(self, campaign: str) -> bool:
        """Decides for everyone and freezes the ledger; False if that was done before.

        Raises:
            NotFound: no such campaign.
        """
        press, now = self.press(campaign), self.clock.now()
        return in_bulk(press.campaign, self.stores, self.project.definitions, now, press=press)

    def verify(self, campaign: str) -> answers.Verified:
        """Counts the campaign anew; where mail goes to a folder, that is held against it too.

        Raises:
            NotFound: the campaign was never planned.
        """
        folder = mail_folder(self.mail_url, self.root)
        arrived = None
        if folder is not None and folder.is_dir():
            ids = {entry.message_id for entry in self.stores.statement.entries(campaign, limit=1 << 62)}
            # A second copy of a mail is `<id>.2.eml`: it counts, and verify says so.
            arrived = {name for name in delivered(folder) if name.partition(".")[0] in ids}
        return outcome.verified(verify(self.stores.statement, campaign, delivered=arrived))

    def report(self, *, at: Instant | None = None) -> answers.Report:
        """The project at a glance."""
        return outcome.report(self.project, self.stores.tables, self.stores.statement, self._at(at))

    def press(self, campaign: str) -> Press:
        """What composing this campaign's mails works with.

        Raises:
            NotFound: no such campaign.
        """
        found = self.project.campaign(campaign)
        return Press(
            campaign=found, template=self.project.mail(found), settings=self.project.settings, links=self.links
        )

    def stage(self, campaign: str) -> Stage:
        """What previews of this campaign are made from.

        Raises:
            NotFound: no such campaign.
        """
        press, definitions = self.press(campaign), self.project.definitions
        return Stage(press=press, definitions=definitions, kept=self.stores, at=self.clock.now())

    def _known(self) -> Known:
        return Known(definitions=self.project.definitions, tables=self.stores.tables, people=self.stores.people)

    def _at(self, at: Instant | None) -> Instant:
        return self.clock.now() if at is None else at


@contextmanager
def open_project(
    root: Path, *, read_only: bool = False, any_thread: bool = False, wait_s: float = 5.0
) -> Iterator[Envoi]:
    """Opens the project in `root` with its embedded stores, caught up with the log; closes them in the end.

    `read_only` lets several processes read at once and none write; `any_thread` is for hosts that answer from several
    threads, one at a time.

    Raises:
        NotFound: there is no such folder.
        InvalidProject: its files have mistakes.
        StoreBusy: another process has it open for writing.
    """
    files = read_files(root)
    state = state_folder(root)
    with (
        closing(open_database(state / "envoi.sqlite", any_thread=any_thread)) as connection,
        open_profiles(state, any_thread=any_thread) as people,
    ):
        tables = DuckTables(
            state / "history.duckdb", plan_of(files), read_only=read_only, resources=Resources(wait_s=wait_s)
        )
        try:
            log, ledger = SqliteEventLog(connection), SqliteLedger(connection)
            stores = Stores(log=log, archive=log, people=people, tables=tables, ledger=ledger, statement=ledger)
            if not read_only:
                catch_up(stores)
            project = load(files, observed=tables.observed())
            settings = project.settings
            yield Envoi(
                root=root,
                project=project,
                stores=stores,
                clock=_clock(settings),
                links=Links(base=settings.link_base, secret=secret(root)),
                mail_url=os.environ.get(MAIL_URL) or settings.mail_url,
            )
        finally:
            tables.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterbox:
    """A project's log open for a word from a person: history, which one process at a time may write, stays closed."""

    settings: Settings
    log: SqliteEventLog
    people: ProfileStore
    clock: Clock
    links: Links


@contextmanager
def open_letterbox(root: Path) -> Iterator[Letterbox]:
    """Opens it, whatever else is going on in the project; what is put in reaches profiles and history in due course.

    Raises:
        NotFound: there is no such folder.
        InvalidProject: `envoi.toml` has mistakes.
        StoreBusy: another process kept the log locked too long.
    """
    settings = settings_of(read_files(root))
    state = state_folder(root)
    with closing(open_database(state / "envoi.sqlite")) as connection, open_profiles(state) as people:
        yield Letterbox(
            settings=settings,
            log=SqliteEventLog(connection),
            people=people,
            clock=_clock(settings),
            links=Links(base=settings.link_base, secret=secret(root)),
        )


def _clock(settings: Settings) -> Clock:
    return FixedClock(settings.as_of) if settings.as_of is not None else SystemClock()
