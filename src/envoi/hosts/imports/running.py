"""Tries or runs a prepared import in a process of its own: it outlives the page that began it, and tells how far it is.

The process holds a lock on a file of the draft while it lives; it was locked for it before it began, so there is no
moment at which nobody knows of it, and the system takes the lock back however the process ends.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from envoi.adapters.whole_file import write_whole
from envoi.errors import Conflict, EnvoiError
from envoi.hosts.importing import import_file, try_file
from envoi.hosts.imports import draft as drafts
from envoi.hosts.imports.trying import Compared, Comparing
from envoi.hosts.local import open_project
from envoi.hosts.reading import FileToImport
from envoi.reports.answers import Imported

if TYPE_CHECKING:
    from collections.abc import Callable

    from envoi.hosts.imports.draft import Draft

_LOCK, _PROGRESS, _OUTCOME, _REJECTS, _MAP = "lock", "progress.json", "outcome.json", "rejects.jsonl", "map.toml"
#: How often it is told how far it is.
EVERY_S = 0.3
#: Pages hold the project open for a moment: that is waited for.
WAIT_S = 60.0
TRY, RUN = "try", "run"


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How far it is."""

    #: TRY or RUN.
    what: str
    #: Records read; of how many, where a trial has counted them.
    done: int = 0
    of: int = 0


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """How it ended."""

    what: str
    imported: Imported | None = None
    compared: Compared | None = None
    #: Why it failed, what to do, and where; empty if it did not.
    fault: str = ""
    hint: str = ""
    place: str = ""


def start(root: Path, draft: Draft, what: str) -> None:
    """Has it tried or run, unless that is going on.

    Raises:
        Conflict: it is being tried or run already.
    """
    folder = drafts.folder(root, draft.id)
    with (folder / _LOCK).open("ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict("this import is running already", hint="wait until it is done") from None
        before = outcome(root, draft)
        of = before.imported.records if before and before.imported else 0
        (folder / _OUTCOME).unlink(missing_ok=True)
        write_whole(folder / _PROGRESS, msgspec.json.encode(Progress(what=what, of=of)))
        # -P: what lies in the current folder is not imported. A session of its own: it outlives the pages.
        command = [sys.executable, "-P", "-m", __name__, str(root), draft.id, what]
        process = subprocess.Popen(  # noqa: S603 - ourselves, on our own folder
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[lock.fileno()],
            start_new_session=True,
        )
        # Whoever began it hears of its end, so that nothing of it is left in the system's table.
        threading.Thread(target=process.wait, name="import", daemon=True).start()


def is_running(root: Path, draft: Draft) -> bool:
    """Whether a process is at it."""
    path = drafts.folder(root, draft.id) / _LOCK
    if not path.exists():
        return False
    with path.open("ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def waited_for(root: Path, draft: Draft, most_s: float) -> bool:
    """Whether it ended within so many seconds: of a small file one need not see how far it is."""
    until = time.monotonic() + most_s
    while is_running(root, draft):
        if time.monotonic() > until:
            return False
        time.sleep(EVERY_S / 6)
    return True


def progress(root: Path, draft: Draft) -> Progress:
    """How far it is."""
    try:
        return msgspec.json.decode((drafts.folder(root, draft.id) / _PROGRESS).read_bytes(), type=Progress)
    except FileNotFoundError:
        return Progress(what=TRY)


def stopped(root: Path, draft: Draft) -> Progress | None:
    """How far a run came that ended in the middle, as by a crash; None if none did."""
    told = progress(root, draft)
    is_open = outcome(root, draft) is None and not draft.done and not is_running(root, draft)
    return told if told.what == RUN and is_open else None


def outcome(root: Path, draft: Draft) -> Outcome | None:
    """How it ended the last time; None if it has not, or was killed."""
    try:
        return msgspec.json.decode((drafts.folder(root, draft.id) / _OUTCOME).read_bytes(), type=Outcome)
    except FileNotFoundError:
        return None


def forget(root: Path, draft: Draft) -> None:
    """Lets go of an earlier outcome: something else was said of the file since."""
    (drafts.folder(root, draft.id) / _OUTCOME).unlink(missing_ok=True)


def rejects_of(root: Path, draft: Draft) -> Path:
    """Where a trial writes what it would set aside."""
    return drafts.folder(root, draft.id) / _REJECTS


def main(root: Path, draft: Draft, what: str) -> Outcome:
    """Does it, and says how it ended."""
    try:
        return _tried(root, draft) if what == TRY else _run(root, draft)
    except EnvoiError as error:
        return Outcome(what=what, fault=error.what, hint=error.hint, place=str(error.at))


def prepared(root: Path, draft: Draft) -> FileToImport:
    """The file with the mapping and the rules as they would be saved; nothing of the project is written."""
    path = drafts.folder(root, draft.id) / _MAP
    if draft.map:
        return FileToImport(path=drafts.path_of(root, draft), map=root / draft.map)
    path.write_text(drafts.map_text(draft), encoding="utf-8")
    rules = drafts.rules_text(draft)
    files = {_rules_path(draft): rules} if rules else {}
    return FileToImport(path=drafts.path_of(root, draft), map=path, drafts=files)


def saved(root: Path, draft: Draft) -> FileToImport:
    """The file with mapping and rules in the project, for this import and for those to come."""
    if draft.map:
        return FileToImport(path=drafts.path_of(root, draft), map=root / draft.map)
    text, rules = drafts.map_text(draft), drafts.rules_text(draft)
    path = _free(root / "maps", draft.source, text)
    path.parent.mkdir(exist_ok=True)
    write_whole(path, text.encode())
    if rules:
        (root / "rules").mkdir(exist_ok=True)
        write_whole(root / _rules_path(draft), rules.encode())
    draft.map = path.relative_to(root).as_posix()
    drafts.keep(root, draft)
    return FileToImport(path=drafts.path_of(root, draft), map=path)


def _free(folder: Path, name: str, text: str) -> Path:
    """A file of that name that says this already, or the first name that is free."""
    number = 1
    while True:
        path = folder / (f"{drafts.slug(name)}.toml" if number == 1 else f"{drafts.slug(name)}-{number}.toml")
        if not path.exists() or path.read_text(encoding="utf-8") == text:
            return path
        number += 1


def _rules_path(draft: Draft) -> str:
    return f"rules/{drafts.slug(draft.source)}.toml"


def _tried(root: Path, draft: Draft) -> Outcome:
    file = msgspec.structs.replace(prepared(root, draft), rejects=rejects_of(root, draft))
    rejects_of(root, draft).unlink(missing_ok=True)
    with open_project(root, read_only=True, wait_s=WAIT_S) as envoi:
        comparing = Comparing(people=envoi.stores.people, archive=envoi.stores.archive)
        imported = try_file(envoi, file, progress=_telling(root, draft, TRY), seen=comparing.add)
        return Outcome(what=TRY, imported=imported, compared=comparing.done())


def _run(root: Path, draft: Draft) -> Outcome:
    file = saved(root, draft)
    with open_project(root, wait_s=WAIT_S) as envoi:
        imported = import_file(envoi, file, progress=_telling(root, draft, RUN))
    drafts.finish(root, draft, imported.name)
    return Outcome(what=RUN, imported=imported)


def _telling(root: Path, draft: Draft, what: str) -> Callable[[int, int], None]:
    folder, last, of = drafts.folder(root, draft.id), [0.0], progress(root, draft).of

    def tell(done: int, _: int) -> None:
        if (now := time.monotonic()) - last[0] > EVERY_S:
            last[0] = now
            write_whole(folder / _PROGRESS, msgspec.json.encode(Progress(what=what, done=done, of=of)))

    return tell


if __name__ == "__main__":
    given_root, given_id, given_what = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    os.nice(5)
    given = drafts.get(given_root, given_id)
    ended = main(given_root, given, given_what)
    write_whole(drafts.folder(given_root, given_id) / _OUTCOME, msgspec.json.encode(ended))
