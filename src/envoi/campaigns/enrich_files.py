"""`[enrich.NAME]` of envoi.toml: who is asked for what people lack, with what, and what of the answer is taken."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pydantic import Field, PositiveFloat

from envoi.campaigns.delivery_files import Length  # noqa: TC001 - pydantic reads it
from envoi.errors import did_you_mean
from envoi.events.event import CONSENT, IMPUTED, MODEL
from envoi.events.shapes import Shape
from envoi.people.enrich import PERSON, Provider

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envoi.campaigns.mistakes import Mistakes
    from envoi.events.catalogue import Property

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
_NEVER = (CONSENT, MODEL, IMPUTED)


class EnrichShape(Shape):
    """`[enrich.NAME]` of envoi.toml."""

    url: str
    keys: tuple[str, ...] = Field(min_length=1)
    fields: dict[str, str] = Field(min_length=1)
    timeout: Length = timedelta(seconds=5)
    header: str = Field(default="", pattern=r"^[A-Za-z0-9-]*$")
    secret: str = Field(default="", pattern=r"^(ENVOI_[A-Z0-9_]+)?$")
    cache: Length = timedelta(days=30)
    per_minute: PositiveFloat = 60.0
    overwrite: bool = False
    private: bool = False


def providers_of(
    mistakes: Mistakes, shapes: Mapping[str, EnrichShape], file: str, traits: Mapping[str, Property]
) -> tuple[Provider, ...]:
    """Who is asked; what is wrong with it is noted."""
    for name, shape in shapes.items():
        keys = ("enrich", name)
        if not _NAME.fullmatch(name):
            mistakes.note(f"{name!r} is no name", file, keys, hint="use small letters, digits and hyphens")
        _check_url(mistakes, shape, file, keys)
        if bool(shape.header) != bool(shape.secret):
            hint = 'as header = "Authorization" and secret = "ENVOI_ENRICH_KEY"'
            mistakes.note("header and secret go together", file, keys, hint=hint)
        known = [trait for trait in traits if not trait.startswith(_NEVER)]
        for key in shape.keys:
            if key not in (PERSON, *known):
                mistakes.unknown(f"no trait {key!r}", file, (*keys, "keys"), hint=did_you_mean(key, [PERSON, *known]))
        for field in shape.fields:
            if field.startswith(_NEVER):
                what = f"{field!r} is never taken from others"
                mistakes.note(what, file, (*keys, "fields", field), hint="consent is a person's own word")
            elif field not in known:
                mistakes.unknown(f"no trait {field!r}", file, (*keys, "fields", field), hint=did_you_mean(field, known))
    return tuple(Provider(name=name, **shape.model_dump()) for name, shape in shapes.items())


def _check_url(mistakes: Mistakes, shape: EnrichShape, file: str, keys: tuple[str, ...]) -> None:
    parts = urlsplit(shape.url)
    if parts.scheme not in ("https", "http") or not parts.hostname:
        mistakes.note(f"{shape.url!r} is no web address", file, (*keys, "url"), hint="write it as https://...")
    elif parts.scheme == "http" and not shape.private:
        what = f"{parts.hostname} would be told of people in clear"
        mistakes.note(what, file, (*keys, "url"), hint="use https://, or private = true within your own network")
    elif parts.password:
        mistakes.note("a password stands in the address", file, (*keys, "url"), hint="use header and secret")
