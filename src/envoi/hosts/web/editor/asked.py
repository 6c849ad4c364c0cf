"""What a page was asked: by its address, or by the form that was posted to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.requests import Request

    from envoi.hosts.web.posted import Fields


def asked_of(request: Request, fields: Fields) -> Fields:
    """What was posted, or else what the address says."""
    return fields or {key: request.query_params.getlist(key) for key in request.query_params}


def one(fields: Fields, name: str) -> str:
    """The field's first value; empty if it has none."""
    return next(iter(fields.get(name, ())), "")
