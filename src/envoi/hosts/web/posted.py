"""What a browser posts: the fields of a form, from our own pages only."""

from __future__ import annotations

from hashlib import blake2b
from hmac import compare_digest
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from envoi.hosts.folder import secret

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence
    from pathlib import Path

    from starlette.requests import Request
    from starlette.responses import Response

    from envoi.hosts.local import Envoi

    Fields = Mapping[str, Sequence[str]]

#: A form of more fields than this is none that a person filled in.
MOST_FIELDS = 5_000
#: The name of the field that says so.
FIELD = "token"


def token(root: Path) -> str:
    """What every form of ours carries and no page elsewhere can read: without it nothing is taken from a browser."""
    return blake2b(b"pages", key=secret(root)[:64], digest_size=16).hexdigest()


def takes(show: Callable[[Request, Envoi, Fields], Response]) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint that shows what it reads in the project, with what was posted, if anything was."""

    async def endpoint(request: Request) -> Response:
        fields = await read_form(request) if request.method == "POST" else {}
        return await run_in_threadpool(answer, request, fields)

    def answer(request: Request, fields: Fields) -> Response:
        with request.app.state.hold.reading() as envoi:
            if request.method == "POST":
                require_ours(envoi.root, fields)
            return show(request, envoi, fields)

    endpoint.__name__ = show.__name__
    return endpoint


async def read_form(request: Request) -> Fields:
    """The fields of a form, each with its values.

    Raises:
        HTTPException: it is no form, or has too many fields.
    """
    try:
        return parse_qs(
            (await request.body()).decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict"
        )
    except ValueError:
        raise HTTPException(400, "this form cannot be read") from None


def require_ours(root: Path, fields: Fields) -> None:
    """Refuses a form that is not from our own pages.

    Raises:
        HTTPException: it lacks the token.
    """
    given = next(iter(fields.get(FIELD, ())), "")
    if not compare_digest(given.encode(), token(root).encode()):
        raise HTTPException(403, "this form is not from these pages: open the page anew, and try again")
