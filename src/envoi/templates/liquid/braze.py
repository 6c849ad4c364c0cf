"""What Braze adds to Liquid: names such as `${first_name}` or `custom_attribute.${favourite colour}`, and filters."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from urllib.parse import quote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from envoi.errors import TemplateError
from envoi.templates.liquid.meaning import MISSING, item, text

if TYPE_CHECKING:
    from collections.abc import Callable

_TAG = re.compile(r"\{%-?\s*raw\b.*?\{%-?\s*endraw\s*-?%\}|\{%.*?%\}|\{\{(?:[^{}]|\{[^{}]*\})*\}\}", re.DOTALL)
_NAME = re.compile(r"([.\s]?)\$\{([^{}\"']*)\}")


def plain_paths(source: str) -> str:
    r"""The same in plain Liquid, nearly every character at its place.

    >>> plain_paths("{{ ${first_name} | default: 'x' }}{{custom_attribute.${a b}}}")
    '{{    first_name | default: \'x\' }}{{custom_attribute["a b"]}}'
    """
    return _TAG.sub(_plain, source) if "${" in source else source


def _plain(tag: re.Match[str]) -> str:
    return tag[0] if re.match(r"\{%-?\s*raw\b", tag[0]) else _NAME.sub(_bracketed, tag[0])


def _bracketed(name: re.Match[str]) -> str:
    inner = name[2]
    if name[1] != "." and inner.isidentifier():
        return f"{name[1]}   {inner}"
    return f'["{inner}"]'


def _digest(kind: str) -> Callable[[object], str]:
    return lambda value: hashlib.new(kind, text(value).encode()).hexdigest()


def _signature(kind: str, *, as_hex: bool) -> Callable[[object, object], str]:
    def signed(value: object, key: object) -> str:
        made = hmac.new(text(key).encode(), text(value).encode(), kind)
        return made.hexdigest() if as_hex else base64.b64encode(made.digest()).decode()

    return signed


def _number_with_delimiter(value: object) -> object:
    if isinstance(value, str) and re.fullmatch(r"-?\d+(\.\d+)?", value):
        value = Decimal(value)
    return f"{value:,}" if isinstance(value, int | float | Decimal) and not isinstance(value, bool) else value


def _json_parse(value: object) -> object:
    try:
        return json.loads(text(value))
    except ValueError as fault:
        raise TemplateError(f"json_parse cannot read {text(value)!r:.50}") from fault


def _as_json(value: object) -> str:
    try:
        return json.dumps(None if value is MISSING else value, separators=(",", ":"), ensure_ascii=False, default=text)
    except RecursionError as fault:
        raise TemplateError("as_json_string cannot write what holds itself") from fault


def _time_zone(value: object, zone: object) -> object:
    """The same moment as a clock there shows it."""
    try:
        there = ZoneInfo(text(zone))
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(text(value))
    except (ValueError, ZoneInfoNotFoundError) as fault:
        raise TemplateError(
            f"time_zone takes a time and a zone such as 'Europe/Oslo', not {text(zone)!r:.50}"
        ) from fault
    return moment.astimezone(there) if moment.tzinfo else moment


#: As its documentation has them.
FILTERS: dict[str, Callable[..., object]] = {
    "as_json_string": _as_json,
    "hmac_sha1": _signature("sha1", as_hex=True),
    "hmac_sha1_base64": _signature("sha1", as_hex=False),
    "hmac_sha1_hex": _signature("sha1", as_hex=True),
    "hmac_sha256_base64": _signature("sha256", as_hex=False),
    "hmac_sha256_hex": _signature("sha256", as_hex=True),
    "json_escape": lambda value: _as_json(text(value))[1:-1],
    "json_parse": _json_parse,
    "md5": _digest("md5"),
    "number_with_delimiter": _number_with_delimiter,
    "property_accessor": item,
    "sha1": _digest("sha1"),
    "sha2": _digest("sha256"),
    "time_zone": _time_zone,
    "url_escape": lambda value: quote(text(value), safe="!#$&'()*+,/:;=?@[]~"),
    "url_param_escape": lambda value: quote(text(value), safe="~"),
}
