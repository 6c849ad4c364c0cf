"""`envoi doctor`: whether this machine and this project are fit to send mail, and what to do where they are not."""

from __future__ import annotations

import os
import platform
import shutil
import stat
import tempfile
import time
from statistics import median
from typing import TYPE_CHECKING

from envoi.adapters.dns import texts
from envoi.clock import SystemClock, iso, parse_instant
from envoi.errors import EnvoiError, ProjectError, StoreFailed
from envoi.hosts.cli.check import checked_files, observed
from envoi.hosts.cli.doctor_mail import mail_looks
from envoi.hosts.cli.faults import FAILED
from envoi.hosts.cli.opening import root_of
from envoi.hosts.cli.options import Json, ProjectDir
from envoi.hosts.cli.screen import paint, show
from envoi.hosts.folder import STATE, read_files, state_folder
from envoi.hosts.local import open_project
from envoi.reports.answers import Answer, Check

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

#: Below this a campaign to a million people could fill the disk.
_FREE_BYTES = 1 << 30
#: Each mail waits for two of them; slower than this, ten thousand mails take half an hour.
_SLOWEST_FSYNC_S = 0.1
_FSYNCS = 15
#: No machine's clock is right that shows less: this code was not written yet.
_EARLIEST = parse_instant("2026-01-01")


class Health(Answer, frozen=True, kw_only=True):
    """What `doctor` found."""

    ok: bool
    checks: list[Check]


def command(project: ProjectDir = None, json: Json = False) -> int:
    """Look at the Python, the project's files and stores, the disk, the clock, the mail server and the sender's domain.

    Exits with 1 if something is to be mended.
    """
    root = root_of(project)
    looks = {**_LOOKS, **mail_looks(texts)}
    checks = [_looked(name, look, root) for name, look in looks.items()]
    health = Health(ok=all(check.ok for check in checks), checks=checks)
    show(health, "\n".join(map(_told, checks)), json=json)
    return 0 if health.ok else FAILED


def _looked(name: str, look: Callable[[Path], str], root: Path) -> Check:
    try:
        return Check(name=name, ok=True, found=look(root))
    except EnvoiError as error:
        return Check(name=name, ok=False, found=error.what, fix=error.hint)
    except OSError as error:
        fix = f"see that you may read and write {root}"
        return Check(name=name, ok=False, found=f"{error.strerror}: {error.filename}", fix=fix)


def _told(check: Check) -> str:
    mark = paint("✓", "green") if check.ok else paint("✗", "red")
    return f"{mark} {check.name:<8} {check.found}" + (f"\n             fix: {check.fix}" if check.fix else "")


def _python(_root: Path) -> str:
    return f"{platform.python_version()} on {platform.system()}, {os.cpu_count()} cores"


def _files(root: Path) -> str:
    files = read_files(root)
    checked = checked_files(files, observed(root, files))
    if not checked.ok:
        raise ProjectError(
            f"{len(checked.mistakes)} mistakes in the project's files", hint="see them with 'envoi check'"
        )
    return f"segments: {checked.segments}, campaigns: {checked.campaigns}, templates: {checked.templates}"


def _stores(root: Path) -> str:
    """Opening lets history and profiles catch up with the log, so afterwards all three stand at one position."""
    with open_project(root) as envoi:
        stores = envoi.stores
        head, history, profiles = stores.log.position(), stores.tables.head(), stores.people.position()
    if not head == history == profiles:
        what = f"the log is at {head:,}, history at {history:,}, profiles at {profiles:,}"
        hint = f"delete history.duckdb and people.sqlite in {root / STATE}: they are made anew from the log"
        raise StoreFailed(what, hint=hint)
    return f"log, history and profiles agree at event {head:,}"


def _disk(root: Path) -> str:
    free = shutil.disk_usage(root).free
    if free < _FREE_BYTES:
        raise StoreFailed(f"{free / 1e9:.1f} GB free", hint="make room: a full disk stops imports and sending")
    return f"{free / 1e9:,.0f} GB free"


def _fsync(root: Path) -> str:
    took = []
    with tempfile.TemporaryFile(dir=state_folder(root)) as file:
        for _ in range(_FSYNCS):
            file.write(bytes(4096))
            file.flush()
            begun_s = time.perf_counter()
            os.fsync(file.fileno())
            took.append(time.perf_counter() - begun_s)
    found = f"{median(took) * 1000:.1f} ms to write safely (median of {_FSYNCS} fsync)"
    if median(took) > _SLOWEST_FSYNC_S:
        raise StoreFailed(found, hint="put the project on a local disk: sending waits for it twice a mail")
    return found


def _secret(root: Path) -> str:
    path = root / STATE / "secret"
    if not path.exists():
        return "not made yet: the first mail makes it"
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise StoreFailed("others may read what links are signed with", hint=f"chmod 600 {path}")
    return "there, and only its owner may read it"


def _clock(root: Path) -> str:
    """A clock that goes back makes events look as if they came from the future."""
    now = SystemClock().now()
    with open_project(root) as envoi:
        newest = envoi.stores.archive.fetch([envoi.stores.log.position()])
        as_of = envoi.project.settings.as_of
    if now < max([_EARLIEST, *(stored.event.seen_at for stored in newest)]):
        raise EnvoiError(f"this machine says it is {iso(now)}", hint="set its clock, with NTP if it can be")
    return f"{iso(now)[:19]}Z" + (f"; the project lives at {iso(as_of)}" if as_of else "")


_LOOKS = {
    "python": _python,
    "files": _files,
    "stores": _stores,
    "disk": _disk,
    "fsync": _fsync,
    "clock": _clock,
    "secret": _secret,
}
