"""From the files of each folder to what they mean: one function a folder, each building on the ones before."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from envoi.campaigns.campaign import Campaign
from envoi.campaigns.consents import check_consent, check_purpose, consents_in, purposes_in
from envoi.campaigns.delivery_files import delivery_of
from envoi.campaigns.files import (
    CampaignShape,
    EnvoiShape,
    IdentityShape,
    PlanShape,
    PropertyShape,
    RfmShape,
    SenderShape,
)
from envoi.campaigns.gates import gated, needs
from envoi.campaigns.mails import check_mail
from envoi.campaigns.products import read_products
from envoi.campaigns.public import check_public
from envoi.campaigns.timing import check_delivery, when_of
from envoi.clock import instant
from envoi.conditions.bind import Definitions, bind
from envoi.conditions.parse import parse
from envoi.conditions.tree import Ago, All, Condition, Span, Unit
from envoi.decisions.rules import FALLBACK, Rule
from envoi.errors import DataError, did_you_mean
from envoi.events.catalogue import Catalogue, EventPlan, Kind, Property
from envoi.events.event import Name
from envoi.features.rfm import Rfm, fields
from envoi.messages.address import check_address
from envoi.settings import (
    Consents,
    Dkim,
    Identity,
    MailKind,
    Privacy,
    Retention,
    Sender,
    Settings,
    Shop,
    SignUp,
    Tracking,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envoi.campaigns.mistakes import Keys, Mistakes
    from envoi.conditions.bind import Derived
    from envoi.templates.mail import MailTemplate

MAIN = "envoi.toml"
#: Of a campaign's file, what a campaign has as it stands there.
_AS_WRITTEN = (
    "purpose",
    "template",
    "subject",
    "preview",
    "fallback_template",
    "description",
    "holdout",
    "fallback",
)
#: What is told of mails after they were sent.
_MAY_AGE = frozenset(
    {Name.EMAIL_OPENED, Name.EMAIL_CLICKED, Name.EMAIL_PROCESSED, Name.EMAIL_DELIVERED, Name.EMAIL_DEFERRED}
)
_RFM_FIELDS = ("rfm_recency", "rfm_frequency", "rfm_spend", "rfm_tier")


def settings(main: EnvoiShape, mistakes: Mistakes) -> Settings | None:
    """What `envoi.toml` sets; None after a mistake in it."""
    try:
        zone = ZoneInfo(main.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        mistakes.note(f"no time zone {main.time_zone!r}", MAIN, ["time_zone"], hint="write it as America/New_York")
        return None
    if main.as_of is not None and main.as_of.tzinfo is None:
        mistakes.note("as_of has no time zone", MAIN, ["as_of"], hint="write it as 2017-12-01T09:00:00-05:00")
        return None
    _check_sender(mistakes, main.sender)
    check_public(mistakes, main, MAIN)
    check_consent(mistakes, main, MAIN)
    check_delivery(mistakes, main, MAIN)
    _check_retention(mistakes, main)
    return Settings(
        name=main.name,
        shop=Shop(**main.shop.model_dump()),
        sender=Sender(**main.sender.model_dump()),
        zone=zone,
        as_of=instant(main.as_of) if main.as_of else None,
        store_url=main.store.url,
        mail_url=main.mail.url,
        confirmed=frozenset(map(str.lower, main.mail.confirmed)),
        rates_per_minute={domain.lower(): rate for domain, rate in main.mail.rates_per_minute.items()},
        retention=Retention(**dict(main.retention)),
        privacy=Privacy(**dict(main.privacy)),
        dkim=tuple(Dkim(**each.model_dump()) for each in main.dkim),
        link_base=main.mail.link_base.rstrip("/"),
        names=main.names,
        fallbacks=main.fallbacks,
        unsubscribe_mailto=main.mail.unsubscribe_mailto,
        bounce_address=main.mail.bounce_address,
        identity=_identity(main.identity),
        delivery=delivery_of(main.delivery),
        tracking=Tracking(clicks=main.tracking.clicks, opens=main.tracking.opens),
        purposes=purposes_in(main),
        consent=consents_in(main),
        sign_up=SignUp(**main.sign_up.model_dump()) if main.sign_up else None,
    )


def _identity(shape: IdentityShape) -> Identity:
    usual = Identity()
    return Identity(
        trust=tuple(dict.fromkeys((*shape.trust, *usual.trust))),
        limits={**usual.limits, **{str(kind): most for kind, most in shape.limits.items()}},
        blocked=frozenset(value.strip().lower() for value in shape.blocked),
    )


def _check_retention(mistakes: Mistakes, main: EnvoiShape) -> None:
    """What profiles, campaigns and consent are made of does not go by age."""
    for name in main.retention.events:
        if name in frozenset(Name) - _MAY_AGE:
            hint = "limit events of the business's own, or how mails were delivered and read; 'inactive' erases people"
            mistakes.note(f"{name!r} is needed for as long as its person is", MAIN, ["retention", "events"], hint=hint)


def _check_sender(mistakes: Mistakes, sender: SenderShape) -> None:
    for key, address in {"email": sender.email, "reply_to": sender.reply_to}.items():
        try:
            check_address(address or "nobody@example.org")
        except DataError as error:
            mistakes.note(error.what, MAIN, ["sender", key], hint=error.hint)


def rfm(mistakes: Mistakes, shape: RfmShape, catalogue: Catalogue) -> Rfm | None:
    """How the project scores its buyers; None after a mistake in it."""
    before = len(mistakes.found)
    plan = catalogue.events.get(shape.event)
    spend = plan.find(shape.spend) if plan else None
    if plan is None:
        hint = did_you_mean(shape.event, catalogue.events)
        mistakes.unknown(f'no event "{shape.event}"', MAIN, ["rfm", "event"], hint=hint)
    elif spend is None or spend.kind is not Kind.NUMBER:
        numbers = [path for path, prop in plan.properties.items() if prop.kind is Kind.NUMBER]
        hint = did_you_mean(shape.spend, numbers)
        mistakes.unknown(f'no number {shape.spend!r} in "{shape.event}"', MAIN, ["rfm", "spend"], hint=hint)
    window = Ago(far=Span(shape.window_days, Unit.DAYS))
    values = {**shape.model_dump(exclude={"window_days"}), "window": window}
    found = mistakes.tried(lambda: Rfm(**values), MAIN, ["rfm"])
    return found if len(mistakes.found) == before else None


def derived(main: EnvoiShape | None, rfm: Rfm | None) -> Mapping[str, Derived]:
    """The fields that are worked out from others; where [rfm] was not read, they hold for everyone."""
    if rfm:
        return fields(rfm)
    return {} if main and not main.rfm else dict.fromkeys(_RFM_FIELDS, lambda _: All(()))


def catalogue(mistakes: Mistakes) -> Catalogue:
    """The tracking plan in `events/`."""
    events: dict[str, EventPlan] = {}
    traits: dict[str, Property] = {}
    accept = True
    for file, _ in mistakes.folder("events", ".toml"):
        plan = mistakes.shaped(PlanShape, file)
        if plan is None:
            continue
        accept = accept and plan.unplanned == "accept"
        traits |= {name: _property(shape) for name, shape in plan.traits.items()}
        for name, event in plan.events.items():
            if name in events:
                mistakes.note(
                    f"the event {name!r} is planned twice", file, ["events", name], hint="keep one of the two"
                )
            properties = {prop: _property(shape) for prop, shape in event.properties.items()}
            events[name] = EventPlan(name=name, description=event.description, properties=properties)
    return Catalogue(events=events, traits=traits, accept_unplanned=accept)


def _property(shape: Kind | PropertyShape) -> Property:
    if isinstance(shape, Kind):
        return Property(kind=shape)
    fields = {name: _property(field) for name, field in shape.fields.items()}
    return Property(**{**shape.model_dump(exclude={"fields"}), "fields": fields})


def campaigns(
    mistakes: Mistakes, definitions: Definitions, templates: Mapping[str, MailTemplate], main: EnvoiShape | None
) -> dict[str, Campaign]:
    """The campaigns in `campaigns/`."""
    found: dict[str, Campaign] = {}
    for file, _ in mistakes.folder("campaigns", ".toml"):
        shape = mistakes.shaped(CampaignShape, file)
        campaign = _campaign(mistakes, definitions, shape, file, gates=consents_in(main)) if shape else None
        if shape:
            check_mail(mistakes, shape, templates, file)
        if shape and main:
            check_purpose(mistakes, shape.purpose, main, file=file, keys=["purpose"])
        if campaign is None:
            continue
        if campaign.name in found:
            mistakes.note(f"two campaigns are called {campaign.name!r}", file, [], hint="rename one of the files")
        found[campaign.name] = campaign
    return found


def _campaign(
    mistakes: Mistakes, definitions: Definitions, shape: CampaignShape, file: str, *, gates: Consents
) -> Campaign | None:
    _check_rules(mistakes, shape, file)
    # What follows from what the person did, as a receipt does, is no profiling.
    consents = None if MailKind(shape.kind) is MailKind.TRANSACTIONAL else gates
    audience = _condition(mistakes, definitions, shape.audience, file, ["audience"])
    rules = [
        _condition(mistakes, definitions, rule.when, file, ["content", n, "when"])
        for n, rule in enumerate(shape.content)
    ]
    products = read_products(mistakes, definitions, shape.products, file) if shape.products else None
    if products:
        products = replace(products, profiling=gates.profiling)
    if audience is None:
        return None
    return Campaign(
        name=PurePosixPath(file).stem,
        audience=gated(audience, definitions, consents) if consents else audience,
        audience_text=shape.audience,
        needs=needs(audience, definitions) if consents else frozenset(),
        rules=tuple(
            Rule(
                name=rule.name,
                priority=rule.priority,
                when=gated(when, definitions, consents) if consents else when,
                text=rule.when,
                fields=rule.fields,
                needs=needs(when, definitions) if consents else frozenset(),
            )
            for rule, when in zip(shape.content, rules, strict=True)
            if when is not None
        ),
        products=products,
        kind=MailKind(shape.kind),
        when=when_of(mistakes, shape, file),
        **{key: getattr(shape, key) for key in _AS_WRITTEN},
    )


def _check_rules(mistakes: Mistakes, shape: CampaignShape, file: str) -> None:
    for which in ("priority", "name"):
        values = [getattr(rule, which) for rule in shape.content]
        for n, value in enumerate(values):
            if value in values[:n]:
                what = f"two content rules have the {which} {value!r}"
                mistakes.note(what, file, ["content", n, which], hint="give each its own")
    for n, rule in enumerate(shape.content):
        if rule.name == FALLBACK:
            what = f"a content rule cannot be called {FALLBACK!r}"
            mistakes.note(what, file, ["content", n, "name"], hint="put its fields into [fallback]")


def _condition(mistakes: Mistakes, definitions: Definitions, text: str, file: str, keys: Keys) -> Condition | None:
    condition = mistakes.tried(partial(parse, text), file, keys, text)
    if condition is None or mistakes.bound(partial(bind, condition, definitions, text=text), file, keys, text) is None:
        return None
    return condition
