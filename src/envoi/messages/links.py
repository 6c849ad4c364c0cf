"""Public links: who a mail is for and where its links lead are in tokens that only the project's secret can make.

    /unsubscribe/TOKEN, /preferences/TOKEN, /v/TOKEN    sealed: the person, the purpose, the campaign
    /c/LINK/TOKEN, /o/LINK/TOKEN                        a link of a campaign, and the decision that the mail was made of

LINK is the same in all mails of a campaign and TOKEN in all links of a mail, so that a link costs a mail nothing but
its bytes. A token counts only for links of its own campaign, and where a link leads is in the database alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from envoi.events.event import PersonId
from envoi.messages.tokens import Keys, for_url, from_url, refusal

_READER, _MAIL, _LINK = "reader", "mail", "link"
#: What public addresses begin with, after the base; a link to one of them is ours, and never tracked.
OWN = ("/unsubscribe/", "/preferences/", "/v/", "/c/", "/o/")
#: Where the pixel leads: nowhere.
PIXEL = ""


class Reader(msgspec.Struct, frozen=True, array_like=True):
    """Whom a mail is for, and what was agreed to."""

    person: PersonId
    purpose: str
    campaign: str


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """One address that the mails of a campaign lead to."""

    #: Derived from the campaign and the address, so every worker gives the same one.
    id: str
    campaign: str
    #: As it stood in the mail; PIXEL for the picture that tells of an opening.
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Makes and reads a project's links; the secrets never leave it."""

    base: str
    secret: bytes = field(repr=False)
    #: Secrets of before, the oldest first: what they made is still read.
    older: tuple[bytes, ...] = field(default=(), repr=False)
    keys: Keys = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Makes the keys ready."""
        object.__setattr__(self, "keys", Keys((*self.older, self.secret)))

    def token(self, person: PersonId, *, purpose: str, campaign: str) -> str:
        """What stands for a mail's reader, in all pages that are for them."""
        return self.keys.sealed(_READER, msgspec.msgpack.encode(Reader(person, purpose, campaign)))

    def unsubscribe(self, person: PersonId, *, purpose: str, campaign: str) -> str:
        """The address at which one click ends mail of this purpose for this person (RFC 8058)."""
        return self.page("unsubscribe", self.token(person, purpose=purpose, campaign=campaign))

    def page(self, name: str, token: str) -> str:
        """The address of a public page: "unsubscribe", "preferences" or "v"."""
        return f"{self.base}/{name}/{token}"

    def read(self, token: str) -> Reader:
        """Whom the token of a page stands for.

        Raises:
            NotFound: no secret of ours made it; the same for every kind of wrong token.
        """
        try:
            return msgspec.msgpack.decode(self.keys.opened(_READER, token), type=Reader)
        except msgspec.MsgspecError:
            raise refusal() from None

    def link(self, campaign: str, url: str) -> Link:
        """The link of a campaign that leads to `url`."""
        return Link(id=for_url(self.keys.fingerprint(_LINK, campaign, url)), campaign=campaign, url=url)

    def mark(self, decision: str, *, campaign: str) -> str:
        """The token in all links of the mail that this decision, named in hexadecimal digits, led to."""
        return for_url(self.keys.signed(_MAIL, bytes.fromhex(decision), about=campaign))

    def decision(self, token: str, link: Link | None) -> str:
        """The decision whose mail this link stood in.

        Raises:
            NotFound: the token is wrong, there is no such link, or the mail is another campaign's; always the same.
        """
        campaign = link.campaign if link else ""
        name = self.keys.verified(_MAIL, from_url(token), about=campaign)
        if link is None:
            raise refusal()
        return name.hex()
