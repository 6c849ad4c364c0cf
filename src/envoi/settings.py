"""Everything a project may set that is not a segment, a campaign or another object: read once, by hosts only."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, time, timedelta, tzinfo
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envoi.clock import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """Who the mail is from, as its foot says."""

    name: str
    #: The postal address, which the law of most countries wants in the mail.
    address: str
    url: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """The From of every mail."""

    name: str
    email: str
    reply_to: str = ""


EVERY_DAY = frozenset(range(7))


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """Hours in which people are left alone, on their own clocks."""

    begins: time
    #: On the next day if that is not later than `begins`.
    ends: time
    #: The days of the week on which they begin; Monday is 0.
    days: frozenset[int] = EVERY_DAY


class Per(StrEnum):
    """A stretch of a person's own calendar; weeks begin on Monday."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class MailKind(StrEnum):
    """What a mail is to who gets it."""

    MARKETING = "marketing"
    #: Asked for by what the person did: a receipt, a password.
    TRANSACTIONAL = "transactional"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap:
    """The most mails that one person gets within any stretch of a length, or within each day, week or month."""

    most: int
    #: "3 in 7 days", as reasons say it.
    name: str
    within: timedelta | Per
    #: Which mails count, and are held back: None for both kinds.
    kind: MailKind | None = MailKind.MARKETING
    #: Only those of this purpose; empty: of any.
    purpose: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WarmUp:
    """The most mails a day from a domain that mail servers do not know yet; after the last of these days, no limit."""

    starts: date
    per_day: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """`[delivery]`: when mail is sent, and how much."""

    #: The trait that names a person's time zone.
    time_zone_trait: str = "time_zone"
    #: How long after its time a mail may still be sent.
    late: timedelta = timedelta(hours=24)
    #: How long what mail servers put off is tried again.
    give_up_after: timedelta = timedelta(days=2)
    quiet_hours: tuple[QuietHours, ...] = ()
    caps: tuple[Cap, ...] = ()
    #: By the domain that mail is sent from.
    warm_up: Mapping[str, WarmUp] = field(default_factory=dict)


class Asked(StrEnum):
    """Whose openings or clicks are recorded."""

    #: Of those who said yes.
    OPT_IN = "opt-in"
    #: Of all but those who said no.
    OPT_OUT = "opt-out"
    #: Nobody's.
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracking:
    """`[tracking]`: what is recorded of how people read their mail."""

    clicks: Asked = Asked.OPT_IN
    opens: Asked = Asked.OPT_IN


@dataclass(frozen=True, slots=True, kw_only=True)
class Consents:
    """`[consent]`: what is done with what people say, beside the purposes that ask for a yes anyway."""

    #: Whom segments and recommendations are made from what they did.
    profiling: Asked = Asked.OPT_OUT
    #: Whose scores are computed and used.
    model_scoring: Asked = Asked.OPT_OUT
    #: The purposes that a browser's `Sec-GPC: 1` closes.
    privacy_control: tuple[str, ...] = ("click_tracking", "open_tracking", "profiling", "model_scoring")
    #: Whether the network address is kept as part of the proof.
    keep_ip: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SignUp:
    """`[sign_up]`: the public form by which people ask for mail, and confirm that it was them."""

    #: What the form asks for; each can be left out by the person.
    purposes: tuple[str, ...]
    #: What people agree to, as the form shows it.
    wording: str
    #: For how long a confirmation counts.
    hours: int = 48
    #: The most mails an hour that ask one address to confirm.
    most_per_hour: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """`[purposes.NAME]`: what people can agree to, in words for them."""

    title: str = ""
    description: str = ""
    #: Parts of it: the purpose NAME/KEY, and what it is called.
    topics: Mapping[str, str] = field(default_factory=dict)


#: Kinds of key from the most to the least trusted.
TRUST = ("user_id", "email", "phone", "device", "anonymous_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """`[identity]`: which keys make two records one person."""

    #: Kinds of key from the most to the least trusted.
    trust: tuple[str, ...] = TRUST
    #: The most keys of a kind that one person has: what would make more of them is left apart.
    limits: Mapping[str, int] = field(
        default_factory=lambda: {"user_id": 1, "email": 5, "phone": 5, "device": 20, "anonymous_id": 100}
    )
    #: Values of keys that stand for nobody in particular, in lower case: a tablet in the shop, "sales@example.org".
    blocked: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dkim:
    """`[[dkim]]`: one signature of each mail."""

    domain: str
    selector: str
    #: The file of the private key, relative to the project.
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """`[retention]`: how long each class of data is kept; None: until somebody erases it."""

    #: By the name of the event.
    events: Mapping[str, timedelta] = field(default_factory=dict)
    #: Records that could not be events, and the files of rejects.
    set_aside: timedelta | None = None
    #: Mails that stayed on this machine.
    sandbox_mail: timedelta | None = None
    #: People of whom nothing has been heard for so long are erased.
    inactive: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Privacy:
    """`[privacy]`."""

    #: The list of erasures, relative to the project: best kept with the backups. Empty: among the other state.
    erased: str = ""
    #: In what is shared, groups of fewer people than this are not told.
    smallest_group: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The values of `envoi.toml` and of the environment."""

    name: str
    shop: Shop
    sender: Sender
    zone: tzinfo = UTC
    #: The moment this project lives at; None: now. For projects whose data lie in the past.
    as_of: Instant | None = None
    #: Where log, profiles and ledger are: `postgresql://...`, or empty for a file beside the project's own.
    store_url: str = ""
    #: Where mail goes: `smtp://host:port`, `smtps://...`, or `folder:DIR`, relative to the project.
    mail_url: str = "folder:.envoi/mail"
    #: The domains whose mail may leave this machine; until a sender's is one of them, it goes to the sandbox.
    confirmed: frozenset[str] = frozenset()
    #: The most messages a minute by the domain they go to; `*` is for each of all others.
    rates_per_minute: Mapping[str, float] = field(default_factory=dict)
    dkim: tuple[Dkim, ...] = ()
    #: What public links (unsubscribe, preferences) begin with.
    link_base: str = "http://localhost:8025"
    #: A mailbox that `envoi inbox` reads, of which mail programs write to unsubscribe+TOKEN@...; empty: there is none.
    unsubscribe_mailto: str = ""
    #: A mailbox that `envoi inbox` reads, to which mails come back as bounces+TOKEN@...; empty: to the sender.
    bounce_address: str = ""
    #: From a name that templates use to a path of the data: {"FNAME": "person.first_name"}.
    names: Mapping[str, str] = field(default_factory=dict)
    #: What templates get where a person lacks a value, by its path: {"person.first_name": "there"}.
    fallbacks: Mapping[str, str | int | float] = field(default_factory=dict)
    identity: Identity = Identity()
    delivery: Delivery = Delivery()
    tracking: Tracking = Tracking()
    retention: Retention = Retention()
    privacy: Privacy = Privacy()
    #: The project's own words for purposes, by name (people/purposes.py has the others).
    purposes: Mapping[str, Purpose] = field(default_factory=dict)
    consent: Consents = Consents()
    #: None: nobody can sign up here.
    sign_up: SignUp | None = None
    #: The folder for what machines make: log, history, mail, rejects; relative to the project.
    state: Path = field(default=Path(".envoi"))
