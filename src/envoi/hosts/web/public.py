"""What all public pages have in common: whoever asks is a stranger, and learns nothing but what their link is for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.errors import EnvoiError, NotFound
from envoi.hosts.web.view import html

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.responses import Response

#: When to come back after a refusal.
RETRY_AFTER_S = 30


def public(show: Callable[[Request], Response]) -> Callable[[Request], Response]:
    """An endpoint that anybody may ask: a wrong link is refused always alike, and no other fault is told."""

    def endpoint(request: Request) -> Response:
        try:
            return show(request)
        except NotFound:
            return html("unsubscribe_wrong.html", {}, status=404)
        except EnvoiError:
            answer = html("unsubscribe_later.html", {}, status=503)
            answer.headers["Retry-After"] = str(RETRY_AFTER_S)
            return answer

    endpoint.__name__ = show.__name__
    return endpoint
