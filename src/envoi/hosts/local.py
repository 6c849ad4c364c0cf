"""One process, one folder, no server: a project open with its embedded stores, and the verbs of the command line."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec.structs import replace

from envoi.adapters.tables.duckdb import DuckTables
from envoi.adapters.tables.duckdb_file import Resources
from envoi.campaigns.plan import Known, plan
from envoi.campaigns.project import load, plan_of
from envoi.campaigns.proof import Proof
from envoi.clock import Instant, iso
from envoi.conditions import bind, parse
from envoi.events.event import PersonId
from envoi.flow import Stores, catch_up, in_bulk
from envoi.hosts.audit import note, whoever
from envoi.hosts.folder import read_files, state_folder
from envoi.hosts.plans import Planned, pin
from envoi.hosts.privacy.erasing import settle
from envoi.hosts.sandbox import way_of
from envoi.hosts.sending import Sender, press_of, what_is_there_stays
from envoi.hosts.stores import open_stores
from envoi.hosts.surroundings import clock_of, links_of, settings_alone
from envoi.messages.delivery import keep_none, never
from envoi.messages.order import Command, Order
from envoi.people.folding import survivor
from envoi.people.privacy.audit import Deed
from envoi.reports import answers, outcome
from envoi.reports.preview import Stage, cases, profile_of, would_get
from envoi.reports.quality.report import quality
from envoi.reports.why import entry_of, history, why_condition, why_message
from envoi.segments.batch import count, members

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from envoi.campaigns.compose import Press
    from envoi.campaigns.project import Project
    from envoi.clock import Clock
    from envoi.hosts.stores import Log, Tokens
    from envoi.messages.ledger import Entry
    from envoi.messages.links import Links
    from envoi.messages.port import LinkTable, Statement, SuppressionList
    from envoi.people.match.port import ReviewQueue
    from envoi.people.port import IdentityStore, ProfileStore
    from envoi.reports.quality.answers import QualityReport
    from envoi.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Envoi:
    """An open project; times are instants of envoi.clock, and None is the project's own present."""

    root: Path
    #: The texts that the project was read from, by path.
    files: Mapping[str, str]
    project: Project
    stores: Stores
    identity: IdentityStore
    suppressions: SuppressionList
    reviews: ReviewQueue
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
        moment, who = self._at(at), self._called(person)
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
        stage, person = self.stage(campaign), self._called(person)
        made = would_get(stage, profile_of(stage, person))
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
        planned = Proof(press).of(plan(press.campaign, self._known(), now))
        return outcome.planned(campaign, planned, now)

    def send(
        self,
        campaign: str,
        *,
        ends: Callable[[float], bool] = never,
        on_settled: Callable[[Sequence[Entry]], None] = keep_none,
    ) -> answers.Sent:
        """Plans the campaign if that was not done before, and sends what its ledger has left to send.

        Raises:
            NotFound: no such campaign.
        """
        planned_now = self.freeze(campaign)
        sent = self.sender.send(campaign, ends=ends, on_settled=on_settled)
        catch_up(self.stores)
        return replace(sent, planned_now=planned_now)

    def freeze(self, campaign: str) -> bool:
        """Decides for everyone and freezes the ledger; False if that was done before.

        Raises:
            NotFound: no such campaign.
        """
        if campaign in self.stores.statement.campaigns():
            return False
        press, now = self.press(campaign), self.clock.now()
        self.pin(campaign)
        with what_is_there_stays():
            is_new = in_bulk(press.campaign, self.stores, self.project.definitions, now, press=press)
        if is_new:
            note(self.root, Deed.BEGUN, by=whoever(), detail={"campaign": campaign})
        if is_new and press.campaign.when.rate_per_h:
            rate = Order(command=Command.RATE, by="the campaign's file", rate_per_h=press.campaign.when.rate_per_h)
            self.stores.ledger.order(campaign, rate, at=now)
        return is_new

    def pin(self, campaign: str) -> None:
        """Has the campaign's mails made from the project's files as they are now, whatever becomes of these."""
        observed = {name: dict(paths) for name, paths in self.stores.tables.observed().items()}
        pin(state_folder(self.root), campaign, Planned(files=dict(self.files), observed=observed))

    def verify(self, campaign: str) -> answers.Verified:
        """Counts the campaign anew; where mail goes to a folder, that is held against it too.

        Raises:
            NotFound: the campaign was never planned.
        """
        return self.sender.verify(campaign)

    @property
    def sender(self) -> Sender:
        """The same project, for sending."""
        return Sender(
            root=self.root,
            post=self.stores,
            suppressions=self.suppressions,
            reviews=self.reviews,
            clock=self.clock,
            mail_url=self.mail_url,
        )

    def report(self, *, at: Instant | None = None) -> answers.Report:
        """The project at a glance."""
        return outcome.report(self.project, self.stores.tables, self.stores.statement, self._at(at))

    def quality(self, *, at: Instant | None = None) -> QualityReport:
        """How good the project's data are."""
        return quality(self.project, self.stores.tables, self._at(at), self.stores.log.set_aside())

    def press(self, campaign: str) -> Press:
        """What composing this campaign's mails works with.

        Raises:
            NotFound: no such campaign.
        """
        return press_of(self.project, campaign, self.links)

    def stage(self, campaign: str) -> Stage:
        """What previews of this campaign are made from.

        Raises:
            NotFound: no such campaign.
        """
        press, definitions = self.press(campaign), self.project.definitions
        return Stage(press=press, definitions=definitions, kept=self.stores, at=self.clock.now())

    def _known(self) -> Known:
        return Known(definitions=self.project.definitions, tables=self.stores.tables, people=self.stores.people)

    def _called(self, person: str) -> PersonId:
        """What the person is called now, who may have turned out to be somebody else."""
        found = survivor(self.stores.people.get, PersonId(person))
        return found.person if found else PersonId(person)

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
    files, state = read_files(root), state_folder(root)
    settle(root)
    with open_stores(settings_alone(root), state, any_thread=any_thread) as kept, ExitStack() as closing:
        tables = DuckTables(
            state / "history.duckdb", plan_of(files), read_only=read_only, resources=Resources(wait_s=wait_s)
        )
        closing.callback(tables.close)
        stores = Stores(
            log=kept.log,
            archive=kept.log,
            people=kept.people,
            tables=tables,
            ledger=kept.ledger,
            statement=kept.ledger,
            targets=kept.targets,
            days=kept.days,
        )
        if not read_only:
            catch_up(stores)
        project = load(files, observed=tables.observed())
        settings = project.settings
        yield Envoi(
            root=root,
            files=files,
            project=project,
            stores=stores,
            identity=kept.identity,
            suppressions=kept.suppressions,
            reviews=kept.reviews,
            clock=clock_of(settings),
            links=links_of(root, settings),
            mail_url=way_of(settings).url,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterbox:
    """A project's log open for a word from a person: history, which one process at a time may write, stays closed."""

    settings: Settings
    log: Log
    people: ProfileStore
    statement: Statement
    targets: LinkTable
    suppressions: SuppressionList
    tokens: Tokens
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
    settings = settings_alone(root)
    state = state_folder(root)
    settle(root)
    with open_stores(settings, state) as kept:
        yield Letterbox(
            settings=settings,
            log=kept.log,
            people=kept.people,
            statement=kept.ledger,
            targets=kept.targets,
            suppressions=kept.suppressions,
            tokens=kept.tokens,
            clock=clock_of(settings),
            links=links_of(root, settings),
        )
