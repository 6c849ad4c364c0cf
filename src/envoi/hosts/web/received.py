"""What a stranger's request says beside what it asks for: the proof of a word, and their browser's wish for privacy."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from envoi.events.port import Batch
from envoi.flow import as_of_now
from envoi.people.privacy_signal import HEADER, NO, closed_by_signal

if TYPE_CHECKING:
    from starlette.requests import Request

    from envoi.hosts.local import Letterbox
    from envoi.messages.links import Reader
    from envoi.settings import Settings

_ID_BYTES = 8


def proof_of(request: Request, settings: Settings, *, campaign: str = "") -> dict[str, str]:
    """What is kept of a request beside its word; the network address only where the project says so."""
    proof = {"request": secrets.token_hex(_ID_BYTES)}
    if campaign:
        proof["campaign"] = campaign
    if settings.consent.keep_ip and request.client is not None:
        proof["ip"] = request.client.host
    return proof


def heed_signal(request: Request, box: Letterbox, reader: Reader) -> None:
    """Closes what the browser's signal closes for the person whose link this is; HEAD changes nothing."""
    if request.headers.get(HEADER) != NO or request.method == "HEAD":
        return
    profile = as_of_now(box.log, box.people, reader.person)
    proof = proof_of(request, box.settings, campaign=reader.campaign)
    if events := closed_by_signal(reader.person, profile, box.settings, box.clock.now(), proof=proof):
        box.log.append(Batch(events=[(reader.person, event) for event in events]))
