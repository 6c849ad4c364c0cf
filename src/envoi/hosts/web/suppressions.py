"""Suppressions: the addresses that mail does not go to, and a person's word on one of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse

from envoi.clock import SystemClock
from envoi.errors import ProjectError
from envoi.hosts.audit import known_as, note
from envoi.hosts.folder import secret
from envoi.hosts.sending import open_sender
from envoi.hosts.web.posted import FIELD, token
from envoi.hosts.web.sending import BY
from envoi.hosts.web.view import page, suppressions_path
from envoi.messages.suppression import SOFT_BOUNCES, by_hand, key_of, lift, reason
from envoi.people.privacy.audit import Deed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.requests import Request
    from starlette.responses import Response

    from envoi.hosts.local import Envoi
    from envoi.hosts.web.posted import Fields
    from envoi.messages.port import SuppressionList
    from envoi.messages.suppression import Standing, Strike

ADDRESSES_A_PAGE = 50
#: An address is cut here, and so is a reason.
MOST_LETTERS = 320
OK, REFUSED = 200, 409
_AT_ONCE = 1_000
#: Follows each key that begins like it.
_AFTER = "\0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What is known of one address."""

    standing: Standing
    #: Why mail does not go there; empty if it does.
    why: str
    #: The last that was heard against it.
    last: Strike | None


def suppressions(request: Request, envoi: Envoi, fields: Fields) -> Response:
    """A page of them by key, or what is known of the address that was asked for; and what is ordered for it."""
    address, fault = request.query_params.get("address", "")[:MOST_LETTERS].strip(), None
    if fields:
        address = _first(fields, "address")
        try:
            _order(envoi, address, fields)
        except ProjectError as refused:
            fault = refused
        else:
            return RedirectResponse(suppressions_path(address=address), 303)
    shown = list(_page(envoi.suppressions, request.query_params.get("after", ""))) if not address else []
    answer = page(
        envoi,
        "suppressions.html",
        address=address,
        one=_of(envoi, address) if address else None,
        lines=shown[:ADDRESSES_A_PAGE],
        after=shown[ADDRESSES_A_PAGE - 1].standing.key if len(shown) > ADDRESSES_A_PAGE else "",
        is_first=not request.query_params.get("after"),
        most_soft=SOFT_BOUNCES,
        fault=fault,
        token_name=FIELD,
        token=token(envoi.root),
    )
    answer.status_code = REFUSED if fault else OK
    return answer


def _order(envoi: Envoi, address: str, fields: Fields) -> None:
    """Suppresses an address or lifts that.

    Raises:
        ProjectError: an address or the reason is missing, or it is nothing that can be ordered.
    """
    why, at, act = _first(fields, "why"), SystemClock().now(), _first(fields, "act")
    if act not in ("lift", "suppress"):
        raise ProjectError("there is no such order", hint="use the buttons on this page")
    if "@" not in address:
        raise ProjectError(f"{address!r} is no address", hint="write it whole, as ann@example.org")
    if not why:
        raise ProjectError("nobody would know why", hint="say why: it is kept with the address")
    word = lift if act == "lift" else by_hand
    # Noted first: what cannot be noted is not done.
    what = Deed.LIFTED if act == "lift" else Deed.SUPPRESSED
    note(envoi.root, what, by=BY, about=known_as(envoi.root, address.casefold()))
    with open_sender(envoi.root) as sender:
        sender.suppressions.add([word(key_of(address, secret(envoi.root)), at=at, who=BY, why=why)])


def _of(envoi: Envoi, address: str) -> Line | None:
    key = key_of(address, secret(envoi.root))
    return next(map(_line, envoi.suppressions.get([key]).values()), None)


def _page(known: SuppressionList, after: str) -> Iterator[Line]:
    """The suppressed addresses after a key, one more than a page has."""
    start, count = f"{after}{_AFTER}" if after else "", 0
    while some := list(known.scan(start, _AT_ONCE)):
        for line in map(_line, some):
            if line.why:
                yield line
                count += 1
            if count > ADDRESSES_A_PAGE:
                return
        start = f"{some[-1].key}{_AFTER}"


def _line(standing: Standing) -> Line:
    told = [strike for strike in (standing.hard, *standing.soft[-1:]) if strike]
    return Line(standing=standing, why=reason(standing), last=max(told, default=None))


def _first(fields: Fields, name: str) -> str:
    return next(iter(fields.get(name, ())), "")[:MOST_LETTERS].strip()
