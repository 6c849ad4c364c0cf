"""From entries of the ledger to finished messages: decisions and profiles are fetched many at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from envoi.campaigns.compose import Press, compose
from envoi.campaigns.gates import withheld
from envoi.decisions.decision import from_event
from envoi.errors import DataError, NotFound, TemplateError, Withheld
from envoi.messages.alarm import NOT_RENDERED
from envoi.messages.mime import to_bytes
from envoi.messages.port import Outgoing
from envoi.messages.verdict import Skip

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from envoi.decisions.decision import Decision
    from envoi.events.port import Archive
    from envoi.messages.dkim import Signer
    from envoi.messages.ledger import Entry
    from envoi.messages.port import LinkTable
    from envoi.people.latest import Latest
    from envoi.people.profile import Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailing:
    """All that makes a campaign's messages; the same decision and profile give the same bytes every time."""

    press: Press
    archive: Archive
    latest: Latest
    #: Where the links of the mails lead is stored before the mails go.
    targets: LinkTable | None = None
    signers: Sequence[Signer] = ()
    #: The envelope sender of the mail with this id; None: the address it is from.
    return_path: Callable[[str], str] | None = None

    def render(self, entries: Sequence[Entry]) -> list[Outgoing | Skip]:
        """The messages in the order of the entries; what fails for one person alone is no reason to stop for others."""
        found = self.archive.fetch([entry.decision for entry in entries])
        decisions = {stored.seq: from_event(stored) for stored in found}
        profiles = self.latest.get([entry.person for entry in entries])
        made = [self._made(each, decisions.get(each.decision), profiles.get(each.person)) for each in entries]
        if self.targets:
            self.press.editions.targets.store(self.targets)
        return made

    def outgoing(self, entry: Entry, decision: Decision, profile: Profile) -> Outgoing:
        """One message.

        Raises:
            TemplateError, DataError: it cannot be made from this person's data.
        """
        message = compose(self.press, decision, profile, entry.message_id)
        return Outgoing(
            message_id=message.id,
            sender=self.return_path(message.id) if self.return_path else message.sender.address,
            recipient=message.to.address,
            data=to_bytes(message, signers=self.signers),
        )

    def _made(self, entry: Entry, decision: Decision | None, profile: Profile | None) -> Outgoing | Skip:
        if decision is None or profile is None:
            return Skip(reason=f"the {'person' if decision else 'decision'} is gone")
        if why := withheld(self.press.campaign, decision, profile, self.press.settings):
            return Skip(reason=why)
        try:
            return self.outgoing(entry, decision, profile)
        except Withheld as held:
            return Skip(reason=held.what)
        except (TemplateError, DataError, NotFound) as error:
            return Skip(reason=f"{NOT_RENDERED}: {error}")
