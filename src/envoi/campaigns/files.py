"""The shapes of a project's files; a key that does not belong is an error with a suggestion, and all come at once."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - pydantic reads it
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, JsonValue, PositiveFloat, ValidationError

from envoi.campaigns.delivery_files import DeliveryShape, Length, QuietHoursShape, ScheduleShape
from envoi.campaigns.enrich_files import EnrichShape  # noqa: TC001 - pydantic reads it
from envoi.campaigns.impute_files import ImputeShape  # noqa: TC001 - pydantic reads it
from envoi.campaigns.quality_files import QualityShape
from envoi.errors import ProjectError
from envoi.events.catalogue import Kind  # noqa: TC001 - pydantic reads it
from envoi.events.shapes import Shape, mistakes_of, values_of
from envoi.settings import Asked, Consents

if TYPE_CHECKING:
    from envoi.events.shapes import AnyShape


_DOMAIN = r"^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$"

#: In any letters, and without what comes before the @.
_DOMAIN_NAME = r"^[^@\s/:]+$"


class SenderShape(Shape):
    """`[sender]` of envoi.toml."""

    name: str
    email: str
    reply_to: str = ""


class ShopShape(Shape):
    """`[shop]` of envoi.toml."""

    name: str
    address: str
    url: str = ""
    phone: str = ""


class MailShape(Shape):
    """`[mail]` of envoi.toml."""

    url: str = "folder:.envoi/mail"
    #: The sender's domains that are ready: from no other one does mail leave this machine.
    confirmed: tuple[Annotated[str, Field(pattern=_DOMAIN_NAME)], ...] = ()
    link_base: str = "http://localhost:8025"
    #: The most messages a minute by the domain they go to: "gmail.com" = 600; "*" is for each of all others.
    rates_per_minute: dict[str, PositiveFloat] = Field(default_factory=dict)
    #: A mailbox that `envoi inbox` reads; mail programs write to unsubscribe+TOKEN@... there.
    unsubscribe_mailto: str = ""
    #: A mailbox that `envoi inbox` reads; mails come back to bounces+TOKEN@... there.
    bounce_address: str = ""


class StoreShape(Shape):
    """`[store]` of envoi.toml."""

    #: Better set the variable ENVOI_STORE_URL, which keeps the password out of the file.
    url: str = Field(default="", pattern="^(postgres(ql)?://.*)?$")


class DkimShape(Shape):
    """`[[dkim]]` of envoi.toml: one signature of each mail."""

    domain: str = Field(pattern=_DOMAIN)
    selector: str = Field(pattern=_DOMAIN)
    #: The file of the private key, relative to the project.
    key: str


class TrackingShape(Shape):
    """`[tracking]` of envoi.toml: whose clicks and opens are recorded."""

    clicks: Asked = Asked.OPT_IN
    opens: Asked = Asked.OPT_IN


class RetentionShape(Shape):
    """`[retention]` of envoi.toml: how long each class of data is kept."""

    #: "Page Viewed" = "400 days".
    events: dict[str, Length] = Field(default_factory=dict)
    set_aside: Length | None = None
    sandbox_mail: Length | None = None
    #: People of whom nothing has been heard for so long are erased.
    inactive: Length | None = None


class PrivacyShape(Shape):
    """`[privacy]` of envoi.toml."""

    #: Where the list of erasures is kept, which backups that are put back are held against.
    erased: str = ""
    #: The fewest people of which shared reports tell a number.
    smallest_group: int = Field(default=5, ge=2)


class PurposeShape(Shape):
    """`[purposes.NAME]` of envoi.toml: what people choose on their preference page."""

    title: str = ""
    description: str = ""
    #: Parts of it that can be chosen one by one: wine = "Wine and cheese" is the purpose NAME/wine.
    topics: dict[str, str] = Field(default_factory=dict)


class ConsentShape(Shape):
    """`[consent]` of envoi.toml: whether purposes that need not be asked for are open, and what closes them."""

    profiling: Asked = Asked.OPT_OUT
    model_scoring: Asked = Asked.OPT_OUT
    #: What a browser's Sec-GPC: 1 closes.
    privacy_control: tuple[str, ...] = Consents().privacy_control
    #: Whether the network address is part of the proof of a word.
    keep_ip: bool = False


class SignUpShape(Shape):
    """`[sign_up]` of envoi.toml: the public form, with a confirmation by mail."""

    purposes: tuple[str, ...] = Field(min_length=1)
    wording: str = Field(min_length=1)
    hours: int = Field(default=48, ge=1, le=24 * 30)
    most_per_hour: int = Field(default=3, ge=1, le=100)


KeyKind = Literal["user_id", "email", "phone", "device", "anonymous_id"]


class IdentityShape(Shape):
    """`[identity]` of envoi.toml: which keys make two records one person."""

    #: From the most to the least trusted; what is not named comes after those that are.
    trust: tuple[KeyKind, ...] = ()
    #: The most keys of a kind that one person has.
    limits: dict[KeyKind, Annotated[int, Field(ge=1)]] = Field(default_factory=dict)
    #: Values that stand for nobody in particular.
    blocked: tuple[str, ...] = ()


FourCuts = tuple[Decimal, Decimal, Decimal, Decimal]


class RfmShape(Shape):
    """`[rfm]` of envoi.toml."""

    event: str
    spend: str
    window_days: int = Field(gt=0)
    recency_days: FourCuts
    orders: FourCuts
    spends: FourCuts


class EnvoiShape(Shape):
    """`envoi.toml`."""

    name: str
    time_zone: str = "UTC"
    as_of: datetime | None = None
    sender: SenderShape
    shop: ShopShape
    mail: MailShape = MailShape()
    store: StoreShape = StoreShape()
    dkim: tuple[DkimShape, ...] = ()
    tracking: TrackingShape = TrackingShape()
    retention: RetentionShape = RetentionShape()
    privacy: PrivacyShape = PrivacyShape()
    purposes: dict[str, PurposeShape] = Field(default_factory=dict)
    consent: ConsentShape = ConsentShape()
    sign_up: SignUpShape | None = None
    identity: IdentityShape = IdentityShape()
    delivery: DeliveryShape = DeliveryShape()
    #: What templates call a path of the data: FNAME = "person.first_name".
    names: dict[str, str] = Field(default_factory=dict)
    #: What they get where a person lacks it: "person.first_name" = "there".
    fallbacks: dict[str, str | int | float] = Field(default_factory=dict)
    rfm: RfmShape | None = None
    quality: QualityShape = QualityShape()
    impute: ImputeShape | None = None
    enrich: dict[str, EnrichShape] = Field(default_factory=dict)


class PropertyShape(Shape):
    """A property or trait, written out."""

    kind: Kind
    description: str = ""
    one_of: tuple[str, ...] = ()
    required: bool = False
    fields: dict[str, Kind | PropertyShape] = Field(default_factory=dict)


class EventShape(Shape):
    """`[events."Name"]` of a file in events/."""

    description: str = ""
    properties: dict[str, Kind | PropertyShape] = Field(default_factory=dict)


class PlanShape(Shape):
    """A file in `events/`."""

    events: dict[str, EventShape] = Field(default_factory=dict)
    traits: dict[str, Kind | PropertyShape] = Field(default_factory=dict)
    #: What happens to an event that no file plans.
    unplanned: str = Field(default="accept", pattern="^(accept|set aside)$")


class PointsShape(Shape):
    """One line of `[[points.NAME]]`."""

    each: str
    gives: Decimal


class SegmentShape(Shape):
    """A file in `segments/`: a segment, or points schemes, or both."""

    name: str = ""
    description: str = ""
    condition: str = ""
    points: dict[str, list[PointsShape]] = Field(default_factory=dict)


class ProductsShape(Shape):
    """`[products]` of a campaign."""

    #: An event whose line items are the shelf, with `where` to narrow it: '"Order Completed" where ...'.
    shelf: str
    items: str = "products"
    product: str = "product_id"
    name: str = "name"
    #: Of each item, what the template shows besides.
    fields: dict[str, Literal[Kind.TEXT, Kind.NUMBER]] = Field(default_factory=dict)
    count: int = Field(default=4, ge=1, le=24)
    half_life_days: int = Field(default=60, ge=1)
    popular_days: int = Field(default=30, ge=1)


class RuleShape(Shape):
    """One `[[content]]` of a campaign."""

    name: str = Field(min_length=1)
    priority: int
    when: str
    fields: dict[str, JsonValue] = Field(default_factory=dict)


class CampaignShape(Shape):
    """A file in `campaigns/`."""

    description: str = ""
    audience: str
    purpose: str
    template: str
    #: Instead of the template's own; in its dialect, and so is `preview`, which it can print.
    subject: str = ""
    preview: str = ""
    #: What a person gets whose data break the template.
    fallback_template: str = ""
    holdout: float = Field(default=0.0, ge=0.0, lt=1.0)
    kind: Literal["marketing", "transactional"] = "marketing"
    #: When it is sent by itself; without it, when somebody sends it.
    schedule: ScheduleShape | None = None
    #: How long after its time a mail may be sent; the project's if it is not said.
    deadline: Length | None = None
    #: What quiet hours do to its mails, and other hours than the project's.
    quiet: Literal["wait", "drop", "ignore"] = "wait"
    quiet_hours: tuple[QuietHoursShape, ...] | None = None
    #: The lower, the more it matters: what matters less yields where a cap leaves room for one.
    priority: int = Field(default=100, ge=1)
    #: The most mails an hour; 0 for as many as servers take.
    rate_per_hour: int = Field(default=0, ge=0)
    content: tuple[RuleShape, ...] = ()
    fallback: dict[str, JsonValue] = Field(default_factory=dict)
    products: ProductsShape | None = None


def read(shape: type[AnyShape], file: str, text: str, mistakes: list[ProjectError]) -> AnyShape | None:
    """The file's values; None, and every mistake added to `mistakes` with its place, if it is not of that shape."""
    try:
        return shape.model_validate(values_of(text, file=file))
    except ProjectError as error:
        mistakes.append(error)
    except ValidationError as error:
        mistakes.extend(mistake.in_file(file) for mistake in mistakes_of(shape, error, text))
    return None
