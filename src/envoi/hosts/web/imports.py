"""Imports: a file looked at, mapped, tried and run, step by step, and all that were run before."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.responses import FileResponse, RedirectResponse, Response

from envoi.clock import SystemClock
from envoi.errors import EnvoiError, NotFound, ProjectError
from envoi.hosts.imports import draft as drafts
from envoi.hosts.imports import record, running
from envoi.hosts.imports.undoing import DAYS, undo, why_not
from envoi.hosts.local import open_project
from envoi.hosts.web.imports_steps import KEPT, shown_columns, shown_rules, take_columns, take_rules
from envoi.hosts.web.posted import FIELD, read_form, require_ours, token
from envoi.hosts.web.upload import MOST_BYTES, Upload
from envoi.hosts.web.view import html, import_path, page

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.requests import Request

    from envoi.hosts.imports.draft import Draft
    from envoi.hosts.local import Envoi
    from envoi.hosts.web.posted import Fields

STEPS = ("columns", "rules", "try")
#: Endings of files that can be imported.
ENDINGS = (".csv", ".tsv", ".txt", ".jsonl", ".ndjson", ".json", ".parquet", ".pq", ".gz")
OK, REFUSED = 200, 409
#: A small file is done within this, and its page need not be looked at twice.
AT_ONCE_S = 2.0
EVERY = "every 1s"
#: How long the project is waited for that a command has open.
UNDO_WAIT_S = 10.0


def imports(_: Request, envoi: Envoi, fields: Fields) -> Response:
    """What was imported, what is being prepared, and where a new one begins; also a file of `data/` that was chosen."""
    root = envoi.root
    if name := _first(fields, "data"):
        if name not in _in_data(root):
            raise NotFound(f"there is no file {name!r} in data/", hint="choose one of those that are listed")
        return _begun(root, drafts.begun(root, name, in_data=True))
    return page(
        envoi,
        "imports.html",
        runs=record.every(root),
        drafts=list(drafts.every(root)),
        data=_in_data(root),
        most_bytes=MOST_BYTES,
        fault=None,
        token_name=FIELD,
        token=token(root),
    )


async def upload(request: Request) -> Response:
    """A file from the browser becomes a draft."""
    root: Path = request.app.state.hold.root
    begun: list[Draft] = []

    def place(name: str) -> Path:
        drafts.discard_old(root, SystemClock().now())
        begun.append(drafts.begun(root, name))
        return drafts.path_of(root, begun[0])

    try:
        taken = Upload(token(root), place)
        await taken.take(request)
        return await run_in_threadpool(_begun, root, *begun)
    except BaseException:
        for draft in begun:
            drafts.discard(root, draft.id)
        raise


def _begun(root: Path, draft: Draft | None = None) -> Response:
    """The first look at the file; one that cannot be read is not kept."""
    if draft is None:
        raise ProjectError("no file came along", hint="choose a file first")
    try:
        drafts.look(root, draft)
    except EnvoiError:
        drafts.discard(root, draft.id)
        raise
    return RedirectResponse(import_path(draft.id), 303)


async def prepare(request: Request) -> Response:
    """A step of preparing an import; while it is tried or run, how far that is, for which the project stays closed."""
    fields = await read_form(request) if request.method == "POST" else {}
    return await run_in_threadpool(_prepare, request, fields)


def _prepare(request: Request, fields: Fields) -> Response:
    root: Path = request.app.state.hold.root
    draft = drafts.get(root, request.path_params["draft"])
    if running.is_running(root, draft):
        told = running.progress(root, draft)
        return html("import_running.html", {"draft": draft, "told": told, "every": EVERY})
    if draft.done:
        return _moved(request, import_path(draft.done, "run"))
    with request.app.state.hold.reading() as envoi:
        if fields:
            require_ours(envoi.root, fields)
            return _do(request, envoi, draft, fields)
        return _step(request, envoi, draft, None)


def _moved(request: Request, path: str) -> Response:
    """To another page: a script that looks again and again is told to go there, instead of being shown it here."""
    if "HX-Request" in request.headers:
        return Response(headers={"HX-Redirect": path})
    return RedirectResponse(path, 303)


def _do(request: Request, envoi: Envoi, draft: Draft, fields: Fields) -> Response:
    """Keeps what was said at this step, and goes on to the next."""
    root, act = envoi.root, _first(fields, "act")
    if act == "discard":
        drafts.discard(root, draft.id)
        return RedirectResponse("/imports", 303)
    step = _first(fields, "step")
    try:
        if step == "columns":
            take_columns(root, draft, fields)
        elif step == "rules":
            take_rules(draft, fields, envoi.project)
        if step != "try":
            running.forget(root, draft)
        drafts.keep(root, draft)
        if act == "look":
            return RedirectResponse(import_path(draft.id, step=step), 303)
        if not draft.map:
            drafts.map_text(draft)
        if act in (running.TRY, running.RUN):
            request.app.state.hold.close()
            running.start(root, draft, act)
            running.waited_for(root, draft, AT_ONCE_S)
            return RedirectResponse(import_path(draft.id, step="try"), 303)
    except EnvoiError as fault:
        return _step(request, envoi, draft, fault)
    return RedirectResponse(import_path(draft.id, step=STEPS[STEPS.index(step) + 1]), 303)


def _step(request: Request, envoi: Envoi, draft: Draft, fault: EnvoiError | None) -> Response:
    asked = request.query_params.get("step", "")
    is_tried = draft.map or running.outcome(envoi.root, draft)
    step = asked if asked in STEPS else "try" if is_tried else STEPS[0]
    known = {
        "draft": draft,
        "step": step,
        "steps": STEPS,
        "fault": fault,
        "token_name": FIELD,
        "token": token(envoi.root),
    }
    tell = {"columns": _columns, "rules": _rules, "try": _tried}[step]
    answer = page(envoi, f"import_{step}.html", **known, **tell(envoi, draft))
    answer.status_code = REFUSED if fault else OK
    return answer


def _columns(envoi: Envoi, draft: Draft) -> dict[str, object]:
    return shown_columns(envoi, draft)


def _rules(envoi: Envoi, draft: Draft) -> dict[str, object]:
    return {"lines": shown_rules(envoi, draft)}


def _tried(envoi: Envoi, draft: Draft) -> dict[str, object]:
    ended = running.outcome(envoi.root, draft)
    text = ""
    with suppress(EnvoiError, OSError):
        text = (envoi.root / draft.map).read_text(encoding="utf-8") if draft.map else drafts.map_text(draft)
    return {
        "ended": ended,
        "stopped": running.stopped(envoi.root, draft),
        "map_text": text,
        "has_rejects": running.rejects_of(envoi.root, draft).exists(),
        "kept": KEPT,
    }


def rejects(request: Request) -> Response:
    """The records that a trial would set aside, to download."""
    root: Path = request.app.state.hold.root
    draft = drafts.get(root, request.path_params["draft"])
    return _download(running.rejects_of(root, draft), f"{draft.id}-set-aside.jsonl")


def run(request: Request, envoi: Envoi, fields: Fields) -> Response:
    """One import that was run, and its way back."""
    root, name = envoi.root, request.path_params["name"]
    one, fault = record.get(root, name), None
    if fields and _first(fields, "act") == "undo":
        # This process has the project open to read; to write, it opens it anew.
        request.app.state.hold.close()
        try:
            with open_project(root, any_thread=True, wait_s=UNDO_WAIT_S) as writing:
                undo(writing, name, now=SystemClock().now())
        except EnvoiError as refused:
            fault = refused
        else:
            return RedirectResponse(import_path(name, "run"), 303)
    known = {"one": one, "fault": fault, "days": DAYS, "why_not": why_not(one, SystemClock().now())}
    answer = page(envoi, "import_run.html", **known, token_name=FIELD, token=token(root))
    answer.status_code = REFUSED if fault else OK
    return answer


def run_rejects(request: Request) -> Response:
    """The records that an import set aside, to download."""
    root: Path = request.app.state.hold.root
    one = record.get(root, request.path_params["name"])
    return _download(root / one.rejects_file, f"{one.name}-set-aside.jsonl")


def _download(path: Path, name: str) -> Response:
    if not path.is_file():
        raise NotFound("nothing was set aside, or the file is gone", hint="import the file again to see")
    return FileResponse(path, media_type="application/x-ndjson", filename=name)


def _in_data(root: Path) -> list[str]:
    """The files in the project's `data/` that can be imported; only these can be chosen, by name."""
    folder = root / "data"
    found = folder.iterdir() if folder.is_dir() else ()
    return sorted(path.name for path in found if path.is_file() and path.name.lower().endswith(ENDINGS))


def _first(fields: Fields, name: str) -> str:
    return next(iter(fields.get(name, ())), "").strip()
