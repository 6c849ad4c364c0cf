"""Whether a person may be written to now: the checks that every mail passes before it is claimed and before it goes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from envoi.clock import Instant
from envoi.messages.caps import Mail
from envoi.messages.ledger import Entry
from envoi.messages.verdict import GO, Go, Skip, Verdict, Wait
from envoi.people.consent import objection, pause, refusal
from envoi.people.profile import Profile
from envoi.settings import MailKind

if TYPE_CHECKING:
    from envoi.messages.port import Gate


class Known(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What is known of one entry's person at this moment; made twice for each mail, so by msgspec."""

    now: Instant
    #: None for a person who is not there any more.
    profile: Profile | None
    #: Why the entry's address is suppressed; empty if it is not.
    suppressed: str = ""
    #: Who else of the same campaign turned out to be the same person, and gets the mail; empty if nobody.
    same_as: str = ""
    #: The person's other mails that caps may count: sent, or planned in campaigns that are being sent.
    mails: Sequence[Mail] = ()


#: One reason for which a mail may have to wait or to be left out; pure, so it is tried by tables of cases.
Check = Callable[[Entry, Known], Verdict]
#: What is known of some entries, by person.
Look = Callable[[Sequence[Entry]], Mapping[str, Known]]


def gate_of(checks: Sequence[Check], look: Look) -> Gate:
    """The gate that asks all checks in their order about what `look` finds; the first that objects decides."""

    def gate(entries: Sequence[Entry]) -> list[Verdict]:
        found = look(entries)
        return [verdict(checks, entry, found[entry.person]) for entry in entries]

    return gate


def verdict(checks: Sequence[Check], entry: Entry, known: Known) -> Verdict:
    """What the checks say together; an early skip comes before any wait, since waiting would not help."""
    waits: Verdict = GO
    for check in checks:
        said = check(entry, known)
        if said is GO:  # as most are
            continue
        if isinstance(said, Skip):
            return said
        if isinstance(said, Wait) and isinstance(waits, Go):
            waits = said
    return waits


def closed(profile: Profile, purpose: str, kind: MailKind) -> str:
    """Why no mail of this kind may be sent for this purpose; empty if it may."""
    return objection(profile, purpose) if kind is MailKind.TRANSACTIONAL else refusal(profile, purpose)


def consent(purpose: str, kind: MailKind = MailKind.MARKETING) -> Check:
    """Skips who has not agreed to the purpose, or is not there any more."""

    def check(_: Entry, known: Known) -> Verdict:
        reason = closed(known.profile, purpose, kind) if known.profile else "erased"
        if known.profile and kind is MailKind.MARKETING:
            reason = reason or pause(known.profile, purpose, known.now)
        return Skip(reason=reason) if reason else GO

    return check


def one_mail() -> Check:
    """Skips who turned out to be somebody else of the same campaign: a person gets one mail."""

    def check(_: Entry, known: Known) -> Verdict:
        return Skip(reason=f"the same person as {known.same_as}") if known.same_as else GO

    return check


def suppression() -> Check:
    """Skips an address that mail must not go to."""

    def check(_: Entry, known: Known) -> Verdict:
        return Skip(reason=known.suppressed) if known.suppressed else GO

    return check
