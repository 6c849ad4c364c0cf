"""JSON that strangers wrote, asked for by type: what is missing or of another type is empty, and nothing raises."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

Object = dict[str, Any]


def text(fields: Mapping[str, Any], *keys: str) -> str:
    """The first of these fields that is a text or a whole number, as text.

    >>> text({"a": None, "b": 550}, "a", "b"), text({"a": []}, "a")
    ('550', '')
    """
    for key in keys:
        value = fields.get(key)
        if isinstance(value, str) and value:
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
    return ""


def number(fields: Mapping[str, Any], key: str) -> float | None:
    """The field as a number, be it written as text; None if it is none."""
    value = fields.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None


def within(fields: Mapping[str, Any], *keys: str) -> Object:
    """The object that lies in these fields, one within the other.

    >>> within({"a": {"b": {"c": 1}}}, "a", "b"), within({"a": 7}, "a", "b")
    ({'c': 1}, {})
    """
    found: Any = fields
    for key in keys:
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}


def objects(value: object) -> list[Object]:
    """The objects in a list, or the one object that is no list."""
    if isinstance(value, dict):
        return [value]
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
