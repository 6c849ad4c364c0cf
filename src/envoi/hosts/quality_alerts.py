"""Tells those whom `[quality]` names what an audit found, by mail or at a web address, and remembers whom it told."""

from __future__ import annotations

import hmac
import logging
import os
from contextlib import closing
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec
from markupsafe import escape

from envoi.adapters.outgoing import Post, post
from envoi.adapters.whole_file import write_whole
from envoi.campaigns.quality_files import MAILTO
from envoi.clock import Instant, iso, moment
from envoi.errors import EnvoiError, ProjectError, Unreachable
from envoi.hosts.folder import state_folder
from envoi.hosts.mailers import mailer_for
from envoi.hosts.one_mail import hand_over
from envoi.hosts.sandbox import way_of
from envoi.hosts.signing import signers_of
from envoi.messages.address import Mailbox
from envoi.messages.ledger import State
from envoi.messages.message import Message
from envoi.messages.mime import to_bytes
from envoi.messages.port import Outgoing
from envoi.people.quality.alert import Heard, News, failed, in_words, news, told

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from envoi.campaigns.project import Project
    from envoi.reports.quality.answers import QualityReport

#: What web addresses know our words by: HMAC-SHA256 of the body with this, in the header X-Envoi-Signature.
SECRET = "ENVOI_QUALITY_SECRET"  # noqa: S105 - the name of a variable
FILE = "quality.json"
_OK = range(200, 300)

_log = logging.getLogger("envoi.quality")


class Memory(msgspec.Struct, kw_only=True):
    """What is kept between audits."""

    #: By the target as the project's file has it.
    heard: dict[str, Heard] = {}
    #: The day and time of the schedule's last occurrence that was audited.
    audited: str = ""


def read_memory(root: Path) -> Memory:
    """What is known of earlier audits."""
    path = state_folder(root) / FILE
    return msgspec.json.decode(path.read_bytes(), type=Memory) if path.exists() else Memory()


def write_memory(root: Path, memory: Memory) -> None:
    """Puts it in place of the earlier one, whole or not at all."""
    write_whole(state_folder(root) / FILE, msgspec.json.encode(memory))


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerts:
    """How many heard news, and who could not be told."""

    told: int = 0
    failed: dict[str, str] = field(default_factory=dict)


def alert(root: Path, project: Project, report: QualityReport, *, at: Instant) -> Alerts:
    """Tells everyone who listens what they do not know yet; who cannot be told is tried again with a later audit."""
    findings = {each.key: each.says for each in report.findings}
    telling = _Telling(root=root, project=project, memory=read_memory(root), at=at)
    for target in project.audits.alerts:
        telling.tell(target, findings)
    return Alerts(told=telling.told, failed=telling.failed)


@dataclass(slots=True, kw_only=True)
class _Telling:
    """One round of telling everyone; what is kept is written after each step."""

    root: Path
    project: Project
    memory: Memory
    at: Instant
    told: int = 0
    failed: dict[str, str] = field(default_factory=dict)

    def tell(self, target: str, findings: Mapping[str, str]) -> None:
        """Tells what was on its way, and then what is new since; nothing while it is too early to try again."""
        heard = self._heard(target)
        if heard.again_at > self.at:
            return
        while found := heard.underway or news(heard, findings, self.at):
            heard.underway = found
            self._keep(target, heard)
            try:
                _tell(self.root, self.project, target, found)
            except EnvoiError as fault:
                self.failed[target] = str(fault)
                _log.warning("%s could not be told what the audit found: %s", target, fault)
                self._keep(target, failed(heard, self.at, is_known_again=not target.startswith(MAILTO)))
                return
            heard = told(heard, found)
            self._keep(target, heard)
            self.told += 1

    def _heard(self, target: str) -> Heard:
        """What they know; a mail that was on its way when a process ended may have gone, and does not go twice."""
        heard = self.memory.heard.get(target, Heard())
        if heard.underway is not None and target.startswith(MAILTO):
            heard = told(heard, heard.underway)
            self._keep(target, heard)
        return heard

    def _keep(self, target: str, heard: Heard) -> None:
        self.memory.heard[target] = heard
        write_memory(self.root, self.memory)


def _tell(root: Path, project: Project, target: str, found: News) -> None:
    if target.startswith(MAILTO):
        _mail(root, project, target.removeprefix(MAILTO), found)
    else:
        _post(project, target, found)


def _mail(root: Path, project: Project, address: str, found: News) -> None:
    """Through the project's own way of sending, or its sandbox.

    Raises:
        EnvoiError: nobody took it.
    """
    settings = project.settings
    subject, text = in_words(settings.name, found)
    message = Message(
        id=f"quality.{found.id}",
        campaign="",
        person="",
        sender=Mailbox(name=settings.sender.name, address=settings.sender.email),
        to=Mailbox(address=address),
        subject=subject,
        html=f"<!doctype html><title>{escape(subject)}</title><pre>{escape(text)}</pre>",
        text=text,
        date=moment(found.at),
        unsubscribe_url="",
        list_id="",
    )
    outgoing = Outgoing(
        message_id=message.id,
        sender=settings.sender.email,
        recipient=address,
        data=to_bytes(message, signers=signers_of(root, settings)),
    )
    with closing(mailer_for(way_of(settings).url, root)) as mailer:
        receipt = hand_over(mailer, outgoing)
    if receipt.state not in (State.ACCEPTED, State.UNKNOWN):
        raise Unreachable(f"the mail to {address} was not taken: {receipt.reason}", hint="it is tried again")


def _post(project: Project, url: str, found: News) -> None:
    """As JSON, signed so that whoever listens knows that it is from us.

    Raises:
        Unreachable: nobody took it.
        ProjectError: there is nothing to sign with, or the address must not be asked.
    """
    secret = os.environ.get(SECRET, "")
    if not secret:
        raise ProjectError(f"alerts to {url} are signed, and nothing says with what", hint=f"set the variable {SECRET}")
    body = msgspec.json.encode(
        {
            "id": found.id,
            "project": project.settings.name,
            "at": iso(found.at),
            "found": [{"key": key, "says": says} for key, says in found.new.items()],
            "well_again": [{"key": key, "says": says} for key, says in found.well.items()],
        }
    )
    signature = hmac.new(secret.encode(), body, sha256).hexdigest()
    headers = {
        "Content-Type": "application/json",
        "X-Envoi-Delivery": found.id,
        "X-Envoi-Signature": f"sha256={signature}",
    }
    answer = post(Post(url=url, body=body, headers=headers, private=project.audits.private))
    if answer.status not in _OK:
        raise Unreachable(f"{url} answered {answer.status}", hint="it is tried again")
