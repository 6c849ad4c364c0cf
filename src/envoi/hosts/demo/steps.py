"""The demo step by step: make a project, import, plan, send through a mail server of its own, verify.

Each step is done once: a second run finds it done, and goes on where the first one stopped.
"""

from __future__ import annotations

import resource
import sys
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from email import policy
from email.parser import BytesHeaderParser
from enum import StrEnum
from typing import TYPE_CHECKING

from envoi.adapters.messages.folder import file_name
from envoi.decisions.decision import from_event
from envoi.errors import Unreachable
from envoi.events.event import Name
from envoi.hosts.demo.prepare import DATA, FILES, prepare
from envoi.hosts.demo.server import mail_server
from envoi.hosts.importing import import_file
from envoi.hosts.local import Envoi, open_project
from envoi.hosts.reading import FileToImport
from envoi.messages.ledger import FINAL, State
from envoi.reports.answers import Answer
from envoi.reports.outcome import campaign_report
from envoi.tables import Query

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from envoi.messages.ledger import Entry
    from envoi.reports.answers import Report

    #: Shows how far something is: what, in which unit, and then how much of how much.
    Progress = Callable[[str, str], AbstractContextManager[Callable[[int, int], None]]]

CAMPAIGN = "weekly-picks"
#: Where the mails are, within the project, as its envoi.toml has it.
MAIL = "mail"
_OWN = (Name.DECISION_MADE, Name.EMAIL_SENT, Name.EMAIL_FAILED)


class Until(StrEnum):
    """The step after which the demo stops."""

    IMPORT = "import"
    PLAN = "plan"
    SEND = "send"


class Sample(Answer, frozen=True, kw_only=True):
    """One mail of those that open with the same content."""

    content: str
    person: str
    #: Its id, by which `envoi why` knows it.
    message: str
    to: str
    subject: str
    #: Its file.
    file: str


class Shown(Answer, frozen=True, kw_only=True):
    """What the demo has to show so far; audience = planned + held out + skipped."""

    #: The project's folder.
    project: str
    #: The moment it lives at.
    at: str
    until: str
    people: int
    #: What happened to these people, without what Envoi itself did.
    events: int
    #: Lines of receipts.
    products: int
    #: How many people are in each segment at that moment.
    segments: dict[str, int]
    #: 0 before the campaign was planned, as the numbers that follow.
    audience: int
    #: How many mails there were, or are, to send.
    planned: int
    sent: int
    held_out: int
    skipped: dict[str, int]
    #: How many of the planned mails open with what each content rule says.
    content: dict[str, int]
    #: Whether everyone is in exactly one final state, the sums match, and the mails in the folder are those sent.
    verified: bool
    #: The folder with the mails.
    mail: str
    #: A mail for each content that was sent.
    samples: list[Sample]
    seconds: dict[str, float]
    #: The most that this process held at a time; the one that reads files beside it is not in it.
    peak_memory_mb: int


@dataclass(slots=True, kw_only=True)
class Demo:
    """One run of the demo in one folder."""

    root: Path
    #: How many households of the data take part; None: all.
    households: int | None = None
    progress: Progress
    seconds: dict[str, float] = field(default_factory=dict)

    def run(self, until: Until = Until.SEND) -> Shown:
        """Goes through the steps up to `until`, and says what there is to show.

        Raises:
            NotFound: the data's package is not installed.
            Conflict: the folder holds something else.
            Unreachable: the mail server went away; run it again to go on.
        """
        with self._timed("prepare"):
            prepare(self.root, households=self.households)
        with open_project(self.root) as opened:
            # Whatever the environment says: the demo's mail stays here.
            envoi = replace(opened, mail_url=f"folder:{MAIL}")
            with self._timed("import"):
                self._import(envoi)
            with self._timed("segments"):
                report = envoi.report()
            if until is not Until.IMPORT:
                with self._timed("plan"):
                    envoi.freeze(CAMPAIGN)
            if until is Until.SEND:
                with self._timed("send"):
                    self._send(envoi)
            with self._timed("verify"):
                verified = until is Until.SEND and _verified(envoi)
            return self._shown(envoi, report, until=until, verified=verified)

    def _import(self, envoi: Envoi) -> None:
        for name in FILES:
            file = FileToImport(path=self.root / DATA / f"{name}.parquet", map=self.root / "maps" / f"{name}.toml")
            with self.progress(f"read {name}:", "records") as advance:
                import_file(envoi, file, progress=advance)

    def _send(self, envoi: Envoi) -> None:
        tally = envoi.stores.statement.tally(CAMPAIGN)
        left = sum(count for (state, _), count in tally.items() if state not in FINAL)
        if not left:
            return
        with mail_server(self.root / MAIL) as url, self.progress("sent", "mails") as advance:
            settled = 0

            def on_settled(entries: Sequence[Entry]) -> None:
                nonlocal settled
                settled += len(entries)
                advance(settled, left)

            sent = replace(envoi, mail_url=url).send(CAMPAIGN, on_settled=on_settled)
        if sent.stopped:
            raise Unreachable(sent.stopped, hint="run the same command again: it goes on from here")

    @contextmanager
    def _timed(self, step: str) -> Iterator[None]:
        begun_s = time.perf_counter()
        yield
        self.seconds[step] = round(time.perf_counter() - begun_s, 2)

    def _shown(self, envoi: Envoi, report: Report, *, until: Until, verified: bool) -> Shown:
        campaign = campaign_report(envoi.project, envoi.stores.statement, CAMPAIGN)
        content = _content(envoi)
        return Shown(
            project=str(self.root),
            at=report.at,
            until=until,
            people=report.people,
            events=_events(envoi),
            products=_count(envoi, Query("SELECT COUNT(*) AS n FROM items")),
            segments={segment.name: segment.people for segment in report.segments},
            audience=campaign.audience,
            planned=campaign.audience - campaign.held_out - sum(campaign.skipped.values()),
            sent=campaign.sent,
            held_out=campaign.held_out,
            skipped=campaign.skipped,
            content=dict(Counter(content.values()).most_common()),
            verified=verified,
            mail=str(self.root / MAIL),
            samples=self._samples(envoi, content),
            seconds=self.seconds,
            peak_memory_mb=_peak_memory_mb(),
        )

    def _samples(self, envoi: Envoi, content: dict[str, str]) -> list[Sample]:
        found: dict[str, Sample] = {}
        for entry in _entries(envoi):
            file = self.root / MAIL / file_name(entry.message_id)
            name = content.get(entry.person)
            if name and name not in found and entry.state is State.ACCEPTED and file.is_file():
                head = BytesHeaderParser(policy=policy.default).parsebytes(file.read_bytes())
                found[name] = Sample(
                    content=name,
                    person=entry.person,
                    message=entry.message_id,
                    to=str(head["To"]),
                    subject=str(head["Subject"]),
                    file=str(file),
                )
        return list(found.values())


def _verified(envoi: Envoi) -> bool:
    verified = envoi.verify(CAMPAIGN)
    return verified.ok and verified.finished


def _events(envoi: Envoi) -> int:
    marks = ", ".join("?" for _ in _OWN)
    return _count(envoi, Query(f"SELECT COUNT(*) AS n FROM events AS e WHERE e.name NOT IN ({marks})", _OWN))


def _count(envoi: Envoi, query: Query) -> int:
    return int(envoi.stores.tables.query(query).column("n")[0].as_py())


def _content(envoi: Envoi) -> dict[str, str]:
    """Which content each person's planned mail opens with."""
    entries = [entry for entry in _entries(envoi) if entry.state not in (State.SKIPPED, State.CANCELLED)]
    decisions = map(from_event, envoi.stores.archive.fetch([entry.decision for entry in entries]))
    return {decision.person: decision.content for decision in decisions}


def _entries(envoi: Envoi) -> Iterator[Entry]:
    return envoi.stores.statement.entries(CAMPAIGN, limit=1 << 62)


def _peak_memory_mb() -> int:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # macOS counts bytes, Linux kilobytes.
    return peak >> 20 if sys.platform == "darwin" else peak >> 10
