"""What `envoi doctor` asks of others: the mail server, and what the sender's domain publishes."""

from __future__ import annotations

import stat
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from envoi.adapters.messages.smtp_connect import parse_server
from envoi.adapters.messages.smtp_patience import Patience
from envoi.adapters.messages.smtp_probe import Greeted, probe
from envoi.clock import SystemClock, moment
from envoi.errors import EnvoiError, ProjectError
from envoi.hosts.mailers import mail_folder
from envoi.hosts.sandbox import server_elsewhere, way_of
from envoi.hosts.signing import signers_of
from envoi.hosts.surroundings import mail_url_of, settings_alone
from envoi.messages.address import Mailbox
from envoi.messages.published import LookUp, check_dkim, check_dmarc, check_spf

if TYPE_CHECKING:
    from pathlib import Path

    from envoi.adapters.messages.smtp_connect import Server

#: What is found, in words; raises what is to be mended.
Look = Callable[["Path"], str]

_PATIENCE = Patience.of(10.0)
_SMTP = ("smtp://", "smtps://")
_FROM_OTHERS = "not checked: mail stays on this machine"
#: Receivers mark mail whose Date is off by hours; a clock that is off by a minute is not looked after.
_MOST_SKEW = timedelta(minutes=1)
_SHORTEST_GOOD_RSA = 2048


def mail_looks(look_up: LookUp) -> Mapping[str, Look]:
    """The looks by name; `look_up` asks the DNS."""
    greeted = lru_cache(maxsize=1)(lambda server: probe(server, patience=_PATIENCE))
    return {
        "mail": lambda root: _mail(root, greeted),
        "tls": lambda root: _tls(root, greeted),
        "time": lambda root: _time(root, greeted),
        "dkim": lambda root: _dkim(root, look_up),
        "spf": lambda root: _of_domain(root, lambda domain: check_spf(domain, look_up)),
        "dmarc": lambda root: _of_domain(root, lambda domain: check_dmarc(domain, look_up)),
        "sandbox": _sandbox,
    }


def _mail(root: Path, greeted: Callable[[Server], Greeted]) -> str:
    url = _url(root)
    folder = mail_folder(url, root)
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return f"goes to the folder {folder}, and stays on this machine"
    server = _server(root)
    if server is None:
        return f"goes to {url.partition(':')[0]}, which is not asked here"
    offers = greeted(server).offers
    pace = "" if "PIPELINING" in offers else "; without PIPELINING, so each mail takes four round trips"
    return f"{server} answers" + (" and lets us in" if server.user else "") + pace


def _tls(root: Path, greeted: Callable[[Server], Greeted]) -> str:
    server = _server(root)
    if server is None:
        return "not checked: mail goes to no mail server"
    found = greeted(server)
    if not found.tls:
        if server.is_here:
            return "not encrypted, on its way within this machine"
        hint = "use smtps://, or a server that offers STARTTLS, with tls=require"
        raise ProjectError(f"mail goes in clear to {server}", hint=hint)
    ends = found.certificate_ends
    until = f", certificate until {datetime.fromtimestamp(ends, UTC):%Y-%m-%d}" if ends else ""
    return f"{found.tls}{until}"


def _time(root: Path, greeted: Callable[[Server], Greeted]) -> str:
    """Few servers say in their greeting what time it is; most others can be asked by nobody."""
    server = _server(root)
    said = None
    if server is not None:
        with suppress(ValueError, TypeError):
            said = parsedate_to_datetime(greeted(server).banner.rpartition(";")[2].strip())
    if said is None or said.tzinfo is None:
        return "not checked: no server says what time it is there"
    skew = abs(moment(SystemClock().now()) - said)
    if skew > _MOST_SKEW:
        what = f"the clocks of this machine and of {server} are {skew.total_seconds():,.0f} s apart"
        raise EnvoiError(what, hint="set this machine's clock, with NTP if it can be")
    return f"within {_MOST_SKEW.total_seconds():.0f} s of {server}"


def _dkim(root: Path, look_up: LookUp) -> str:
    settings = settings_alone(root)
    signers = signers_of(root, settings)
    for each in settings.dkim:
        path = root / each.key
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise ProjectError(f"others may read the key {path}", hint=f"chmod 600 {path}")
    domain = Mailbox(address=settings.sender.email).domain
    if not signers:
        if not _reaches_others(root):
            return _FROM_OTHERS
        return "mails are not signed here: the mail server has to do it, or add [[dkim]] to envoi.toml"
    found = [check_dkim(signer, domain, look_up) for signer in signers]
    if all(signer.algorithm.startswith("ed25519") for signer in signers):
        raise ProjectError("mails are signed by Ed25519 alone", hint="add an RSA key: most receivers read no other yet")
    return "; ".join(found)


def _of_domain(root: Path, check: Callable[[str], str]) -> str:
    if not _reaches_others(root):
        return _FROM_OTHERS
    return check(Mailbox(address=settings_alone(root).sender.email).domain)


def _sandbox(root: Path) -> str:
    """Whether mail may leave this machine; a person decides that, after what the looks before say."""
    way = way_of(settings_alone(root))
    if way.withheld:
        what = f"{way.domain} is not confirmed, so mail goes to {way.url.partition(':')[2]}, not to {way.withheld}"
        raise ProjectError(what, hint=f"{way.todo}, once nothing else is wrong")
    server = server_elsewhere(way.url)
    return f"off: mail from {way.domain} goes out through {server}" if server else "on: mail stays on this machine"


def _url(root: Path) -> str:
    return mail_url_of(settings_alone(root))


def _server(root: Path) -> Server | None:
    """The mail server that mail goes to, if it goes to one."""
    url = _url(root)
    return parse_server(url) if url.startswith(_SMTP) else None


def _reaches_others(root: Path) -> bool:
    """Whether mail leaves this machine, as far as can be seen: a server here may pass it on if mails are signed."""
    server = _server(root)
    if server is not None:
        return not server.is_here or bool(settings_alone(root).dkim)
    return mail_folder(_url(root), root) is None
