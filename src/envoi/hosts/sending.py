"""A project open for sending: the log, profiles and the ledger; history stays closed, so many processes can send."""

from __future__ import annotations

import gc
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from envoi.adapters.messages.folder import delivered
from envoi.campaigns.compose import Press, prepared
from envoi.campaigns.project import load
from envoi.clock import duration, iso
from envoi.flow import Post, Run, send
from envoi.hosts.folder import read_files, secrets_of, state_folder
from envoi.hosts.mailers import mail_folder, mailer_for
from envoi.hosts.plans import pinned
from envoi.hosts.privacy.erasing import settle
from envoi.hosts.sandbox import SANDBOX, domain_of, way_of, withheld_from
from envoi.hosts.signing import signers_of
from envoi.hosts.stores import open_stores
from envoi.hosts.surroundings import links_of, settings_alone
from envoi.hosts.workers import named
from envoi.messages.delivery import Worker, keep_none, never
from envoi.messages.look import CountedMails
from envoi.messages.retry import Retry
from envoi.messages.return_path import return_path
from envoi.messages.suppression import key_of, reason
from envoi.messages.verify import verify
from envoi.messages.warm_up import Warmth
from envoi.reports import answers, outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from envoi.campaigns.project import Project
    from envoi.clock import Clock
    from envoi.messages.ledger import Entry
    from envoi.messages.links import Links
    from envoi.messages.order import Order
    from envoi.messages.port import SuppressionList
    from envoi.messages.timing import Timing
    from envoi.people.match.port import ReviewQueue
    from envoi.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """What sending works with."""

    root: Path
    post: Post
    suppressions: SuppressionList
    reviews: ReviewQueue
    clock: Clock
    mail_url: str
    #: Whether what servers put off is tried again at once, as a person who sends by hand expects.
    is_early: bool = True
    #: The campaigns that are sent in turn with this one.
    sharers: Collection[str] = ()
    #: It goes on while the next mail is due within so long.
    patience: timedelta = timedelta(0)

    def project(self, campaign: str) -> Project | None:
        """The project as it was when the campaign was planned; None if it was planned by an Envoi that kept no copy."""
        kept = pinned(state_folder(self.root), campaign)
        return load(kept.files, observed=kept.observed) if kept else None

    def report(self, campaign: str) -> answers.CampaignReport:
        """How the campaign stands."""
        return outcome.campaign_report(self.project(campaign), self.post.statement, campaign)

    def send(
        self,
        campaign: str,
        *,
        ends: Callable[[float], bool] = never,
        on_settled: Callable[[Sequence[Entry]], None] = keep_none,
    ) -> answers.Sent:
        """Sends what the campaign's ledger has left to send, beside any other process that does so too.

        Raises:
            NotFound: no such campaign, or it was never planned.
            Restored: the project was put back from a backup.
        """
        project = self.project(campaign) or load(read_files(self.root))
        timing = self._timing(project, campaign)
        press = prepared(press_of(project, campaign, links_of(self.root, project.settings)))
        with (
            closing(mailer_for(self._url(project), self.root, rates=project.settings.rates_per_minute)) as mailer,
            named(state_folder(self.root)) as worker,
        ):
            for name in worker.gone:
                self.post.ledger.begin(campaign, name, at=self.clock.now())
            run = Run(
                mailer=mailer,
                signers=signers_of(self.root, project.settings),
                return_path=_return_path(self.root, project.settings),
                clock=self.clock,
                worker=self._worker(worker.name, project.settings, timing),
                checks=timing.checks() if timing else (),
                suppressed=partial(_suppressed, self.suppressions, secrets_of(self.root)[0]),
                mails=CountedMails(
                    statement=self.post.statement,
                    timings=project.timings,
                    clock=self.clock,
                    caps=project.settings.delivery.caps,
                ),
                warmth=self._warmth(project.settings),
                ends=ends,
                on_settled=on_settled,
            )
            with what_is_there_stays():
                done = send(press, self.post, run)
        return answers.Sent(
            planned_now=False,
            report=outcome.campaign_report(project, self.post.statement, campaign),
            stopped=str(done.stopped or ""),
            status=done.status,
            again_at="" if done.again_at is None else iso(done.again_at),
        )

    def order(self, campaign: str, order: Order) -> int:
        """Does what a person wants done with a campaign; returns how many people it concerns.

        Raises:
            NotFound: the campaign was never planned.
            Conflict: it cannot be done with it as it is.
        """
        return self.post.ledger.order(campaign, order, at=self.clock.now())

    def verify(self, campaign: str) -> answers.Verified:
        """Counts the campaign anew; where mail goes to a folder, that is held against it too.

        Raises:
            NotFound: the campaign was never planned.
        """
        folder = mail_folder(self.mail_url, self.root)
        arrived = None
        if folder is not None and folder.is_dir() and not self._may_be_gone(campaign):
            ids = {entry.message_id for entry in self.post.statement.entries(campaign, limit=1 << 62)}
            # A second copy of a mail is `<id>.2.eml`: it counts, and verify says so.
            arrived = {name for name in delivered(folder) if name.partition(".")[0] in ids}
        return outcome.verified(verify(self.post.statement, campaign, delivered=arrived))

    def _may_be_gone(self, campaign: str) -> bool:
        """Whether mails of this campaign may have been in their folder for longer than they are kept there."""
        kept, audience = settings_alone(self.root).retention.sandbox_mail, self.post.statement.campaigns().get(campaign)
        return kept is not None and audience is not None and audience.at < self.clock.now() - duration(kept)

    def _url(self, project: Project) -> str:
        """Where the mail of a project as it was planned goes: its sender may be another than now, and not confirmed."""
        confirmed = settings_alone(self.root).confirmed
        return SANDBOX if withheld_from(self.mail_url, domain_of(project.settings), confirmed) else self.mail_url

    def _timing(self, project: Project, campaign: str) -> Timing | None:
        audience = self.post.statement.campaigns().get(campaign)
        return project.timings.of(campaign, planned_at=audience.at) if audience else None

    def _worker(self, name: str, settings: Settings, timing: Timing | None) -> Worker:
        deadline = timing.closes() if timing else None
        retry = Retry(give_up_after=settings.delivery.give_up_after, deadline=deadline)
        return Worker(name=name, retry=retry, early=self.is_early, patience=self.patience)

    def _warmth(self, settings: Settings) -> Warmth | None:
        domain = domain_of(settings)
        found = settings.delivery.warm_up.get(domain)
        if found is None or self.post.days is None:
            return None
        return Warmth(
            domain=domain,
            warm_up=found,
            zone=settings.zone,
            book=self.post.days,
            clock=self.clock,
            sharers=lambda: self.sharers,
        )


@contextmanager
def open_sender(root: Path) -> Iterator[Sender]:
    """Opens the project in `root` for sending, whatever else is going on in it.

    Raises:
        NotFound: there is no such folder.
        InvalidProject: `envoi.toml` has mistakes.
        StoreBusy: another process kept the database locked too long.
    """
    settings, state = settings_alone(root), state_folder(root)
    settle(root)
    with open_stores(settings, state) as kept:
        yield Sender(
            root=root,
            post=Post(
                log=kept.log,
                archive=kept.log,
                people=kept.people,
                ledger=kept.ledger,
                statement=kept.ledger,
                targets=kept.targets,
                days=kept.days,
            ),
            suppressions=kept.suppressions,
            reviews=kept.reviews,
            clock=kept.clock,
            mail_url=way_of(settings).url,
        )


@contextmanager
def what_is_there_stays() -> Iterator[None]:
    """While mails are made, the collector does not look again and again at what the project was read into."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def press_of(project: Project, campaign: str, links: Links) -> Press:
    """What composing a campaign's mails works with.

    Raises:
        NotFound: no such campaign.
    """
    found = project.campaign(campaign)
    return Press(campaign=found, template=project.mail(found), settings=project.settings, links=links)


def _return_path(root: Path, settings: Settings) -> Callable[[str], str] | None:
    """Where each mail comes back to; None where that is the sender."""
    if not settings.bounce_address:
        return None
    return partial(return_path, links_of(root, settings).keys, mailbox=settings.bounce_address)


def _suppressed(suppressions: SuppressionList, secret: bytes, addresses: Sequence[str]) -> Mapping[str, str]:
    """Why each of these is suppressed, those that are not left out."""
    keys = {address: _key_of(address, secret) for address in addresses}
    known = suppressions.get(list(keys.values()))
    return {address: why for address, key in keys.items() if (why := reason(known.get(key)))}


#: A mail's address is asked for twice: before it is claimed and before it goes.
_key_of = lru_cache(maxsize=4_096)(key_of)
