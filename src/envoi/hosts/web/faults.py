"""The pages for what goes wrong: not found, busy, mistakes in the project's files, and what nobody foresaw."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from envoi.errors import EnvoiError, InvalidProject, NotFound, StoreBusy
from envoi.hosts.folder import state_folder
from envoi.hosts.stores import open_stores
from envoi.hosts.surroundings import settings_alone
from envoi.hosts.web.guard import harden
from envoi.hosts.web.view import html
from envoi.messages.ledger import FINAL

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from starlette.exceptions import HTTPException
    from starlette.requests import Request
    from starlette.responses import Response

LOG = logging.getLogger("envoi.web")
RETRY_AFTER_S = 2


def refused(request: Request, error: EnvoiError) -> Response:
    """What Envoi itself refused, in its own words."""
    if isinstance(error, NotFound):
        return html("fault.html", {"title": "Not found", "fault": error}, status=404)
    if isinstance(error, InvalidProject):
        return _come_back("mistakes.html", {"mistakes": error.mistakes})
    if isinstance(error, StoreBusy):
        return _come_back("busy.html", {"progress": list(progress(request.app.state.hold.root))})
    return html("fault.html", {"title": "That did not work", "fault": error}, status=500)


def not_served(request: Request, error: HTTPException) -> Response:
    """An address or a method that is none of ours."""
    if error.status_code == 404:  # noqa: PLR2004 - HTTP's own number
        return refused(request, NotFound("there is no page at this address", hint="start from the front page"))
    answer = html("fault.html", {"title": "Not possible", "fault": EnvoiError(error.detail)}, status=error.status_code)
    answer.headers.update(error.headers or {})
    return answer


def unforeseen(_: Request, error: Exception) -> Response:
    """A defect of ours: the log has it, the page has no more than that."""
    LOG.error("a page failed", exc_info=error)
    fault = EnvoiError("this page failed", hint="the terminal in which 'envoi serve' runs says more")
    answer = html("fault.html", {"title": "That should not happen", "fault": fault}, status=500)
    # Answers to what nobody foresaw are made outside the guard.
    harden(answer.headers)
    return answer


def progress(root: Path) -> Iterator[tuple[str, int, int]]:
    """How far each unfinished campaign is: its name, how many are in a final state, and how many there are.

    The ledger can be read while a command writes.
    """
    with open_stores(settings_alone(root), state_folder(root)) as kept:
        for name, audience in kept.ledger.campaigns().items():
            done = sum(count for (state, _), count in kept.ledger.tally(name).items() if state in FINAL)
            if done < audience.size:
                yield name, done, audience.size


def _come_back(template: str, context: dict[str, object]) -> Response:
    answer = html(template, {"every": f"every {RETRY_AFTER_S}s", **context}, status=503)
    answer.headers["Retry-After"] = str(RETRY_AFTER_S)
    return answer
