"""`envoi suppressions`: which addresses mail does not go to and why, and a person's word on one of them."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING, Annotated

import typer

from envoi.clock import SystemClock, iso
from envoi.hosts.audit import known_as, note
from envoi.hosts.cli.faults import quoting
from envoi.hosts.cli.opening import root_of
from envoi.hosts.cli.options import Json, ProjectDir
from envoi.hosts.cli.screen import paint, show
from envoi.hosts.folder import secret, state_folder
from envoi.hosts.stores import open_stores
from envoi.hosts.surroundings import settings_alone
from envoi.messages.suppression import SOFT_BOUNCES, by_hand, key_of, lift, reason
from envoi.people.privacy.audit import Deed
from envoi.reports.answers import Suppressed, Suppressions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from envoi.messages.suppression import Key, Standing

#: More than this tell a person nothing more.
_SHOWN = 20
_ALL = 1 << 62


def command(
    address: Annotated[str, typer.Argument(metavar="[ADDRESS]", help="Show what is known of this address.")] = "",
    *,
    suppress: Annotated[str, typer.Option("--suppress", metavar="WHY", help="Send it no mail, for this reason.")] = "",
    lift_it: Annotated[
        str, typer.Option("--lift", metavar="WHY", help="Send it mail again, for this reason; until it bounces anew.")
    ] = "",
    project: ProjectDir = None,
    json: Json = False,
) -> None:
    """Show the addresses that mail does not go to, or suppress one, or lift that; the reason and who it was are kept.

    Addresses are kept as keys that only this project can make, so that the list outlives the erasure of a person: to
    know whether an address is on it, name it.
    """
    if bool(suppress) + bool(lift_it) > 1 or ((suppress or lift_it) and not address):
        raise typer.BadParameter("name one ADDRESS, and one of --suppress and --lift")
    root = root_of(project)
    with quoting(root=root), open_stores(settings_alone(root), state_folder(root)) as kept:
        known = kept.suppressions
        key = key_of(address, secret(root)) if address else None
        if key and (suppress or lift_it):
            # Noted first: what cannot be noted is not done.
            what = Deed.LIFTED if lift_it else Deed.SUPPRESSED
            note(root, what, by=getpass.getuser(), about=known_as(root, address.strip().casefold()))
            known.add([_word(key, suppress=suppress, lift_it=lift_it)])
        found = list(known.get([key]).values()) if key else list(known.scan(limit=_ALL))
    answer = Suppressions(address=address, suppressed=[_told(one) for one in found if address or reason(one)])
    show(answer, "\n".join(_lines(answer)), json=json)


def _word(key: Key, *, suppress: str, lift_it: str) -> Standing:
    at, who = SystemClock().now(), getpass.getuser()
    return by_hand(key, at=at, who=who, why=suppress) if suppress else lift(key, at=at, who=who, why=lift_it)


def _told(one: Standing) -> Suppressed:
    last = max((strike for strike in (one.hard, *one.soft[-1:]) if strike), default=None)
    return Suppressed(
        key=one.key,
        reason=reason(one),
        since=iso(last.at) if last else "",
        soft_bounces=len(one.soft),
        lifted=f"{one.lifted.message_id} at {iso(one.lifted.at)}: {one.lifted.reason}" if one.lifted else "",
    )


def _lines(answer: Suppressions) -> Iterator[str]:
    if answer.address:
        yield from _of_one(answer)
        return
    count = len(answer.suppressed)
    yield paint(f"{count:,} address{'' if count == 1 else 'es'} that mail does not go to", "bold")
    for one in answer.suppressed[:_SHOWN]:
        yield f"  {one.key}  {one.since}  {one.reason}"
    if count > _SHOWN:
        yield f"  ... and {count - _SHOWN:,} more: --json lists all"


def _of_one(answer: Suppressions) -> Iterator[str]:
    one = next(iter(answer.suppressed), None)
    if one is None:
        yield f"{answer.address}: nothing speaks against writing to it"
        return
    yield f"{paint(answer.address, 'bold')}: {one.reason or 'mail goes to it'}"
    if one.soft_bounces:
        yield f"  soft bounces: {one.soft_bounces} of {SOFT_BOUNCES}, the last one at {one.since}"
    if one.lifted:
        yield f"  lifted {one.lifted}"
