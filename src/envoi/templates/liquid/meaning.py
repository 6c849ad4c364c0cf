"""What Liquid means: what is true, what is equal, what lies in a value, how it prints; as the reference engine does.

The reference is python-liquid, whose filters get these values; where Shopify's suite differs, the suite holds.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

from liquid import Undefined
from markupsafe import Markup, soft_str

from envoi.errors import TemplateError
from envoi.templates.loop import Loop
from envoi.templates.values import escaping, require_plain


class _Missing(Undefined):
    """What the reference's filters know as undefined; there is one."""

    __hash__ = object.__hash__


#: Stands for what nothing brings, and whatever is asked of it.
MISSING = _Missing("")
#: Keys of which `item` knows an answer where a mapping has none.
OWN_KEYS = frozenset({"size", "first", "last"})
_NUMBERS = (int, float, Decimal)


class Nothing(str):
    """One of Liquid's words `empty` and `blank`: an empty text, equal to all values that are so."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        """Whether the other is empty; blank are also white space, false and nil."""
        if isinstance(other, Nothing):
            return self is other
        if isinstance(other, str):
            return not (other.strip() if self is BLANK else other)
        if isinstance(other, list | dict):
            return not other
        return self is BLANK and (other is None or other is False)

    __hash__ = str.__hash__

    def __repr__(self) -> str:
        return "blank" if self is BLANK else "empty"


EMPTY, BLANK = Nothing(), Nothing()


def truthy(value: object) -> bool:
    """All but nil and false: so are 0 and "" true."""
    return value is not None and value is not False and value is not MISSING


def equal(left: object, right: object) -> bool:
    """Whether == holds; true is not 1.

    >>> equal(True, 1), equal(1, 1.0), equal(MISSING, None), equal("  ", BLANK), equal([], EMPTY)
    (False, True, True, True, True)
    """
    if type(left) is str and type(right) is str:
        return left == right
    left, right = _nil(left), _nil(right)
    if isinstance(left, bool) and not isinstance(right, Nothing):
        return left is right
    if isinstance(right, bool) and not isinstance(left, Nothing):
        return False
    return bool(left == right)


def less(left: object, right: object) -> bool:
    """Whether < holds; nothing is less than nil, nor nil than anything."""
    if _are_texts(left, right):
        return left < right  # type: ignore[operator, no-any-return]
    if isinstance(left, _NUMBERS) and isinstance(right, _NUMBERS):
        return left < right
    if _nil(left) is None or _nil(right) is None:
        return False
    raise TemplateError(f"< and > do not compare {_kind(left)} with {_kind(right)}")


def less_or_equal(left: object, right: object) -> bool:
    """Whether <= holds."""
    if _are_texts(left, right):
        return left <= right  # type: ignore[operator, no-any-return]
    if isinstance(left, bool) or isinstance(right, bool):
        return False
    if isinstance(left, _NUMBERS) and isinstance(right, _NUMBERS):
        return left <= right
    if _nil(left) is None or _nil(right) is None:
        return False
    return equal(left, right)


def contains(left: object, right: object) -> bool:
    """Whether a text has a part, a list an item or a mapping a key."""
    if not truthy(left) or not truthy(right):
        return False
    if isinstance(left, str):
        return text(right) in left
    if isinstance(left, range):  # in which Python would look for a text number by number
        return isinstance(right, _NUMBERS) and right == int(right) and int(right) in left
    if isinstance(left, Collection):
        return right in left
    raise TemplateError(f"'contains' looks in texts and lists, not in {_kind(left)}")


def item(value: object, key: object) -> object:
    """One step of a path."""
    if key == "size" and isinstance(value, str | list | tuple | range):
        return len(value)
    if isinstance(value, str) or value is MISSING:
        return MISSING
    if isinstance(value, Mapping):
        return _in_mapping(value, key)
    if isinstance(value, Sequence):
        index = {"first": 0, "last": -1}.get(key, key) if isinstance(key, str) else key
        return value[index] if isinstance(index, int) and -len(value) <= index < len(value) else MISSING
    return value.get(key, MISSING) if isinstance(value, Loop) else MISSING


def _in_mapping(value: Mapping[object, object], key: object) -> object:
    key = _nil(key)
    if isinstance(key, list | dict):
        return MISSING
    if key in value:
        return value[key]
    if key == "size":
        return len(value)
    return next(iter(value.items())) if key == "first" and value else MISSING


def items(value: object) -> Sequence[object]:
    """What a loop goes over: the pairs of a mapping, a text as one item."""
    if type(value) is list:
        return value
    if isinstance(value, tuple | range):
        return value
    if isinstance(value, Mapping):
        return list(value.items())
    return [value] if isinstance(value, str) and value else ()


def text(value: object) -> str:  # noqa: PLR0911 - one line a kind
    """How a value prints in plain text."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if value is None or value is MISSING:
        return ""
    if isinstance(value, Loop):
        return "ForLoop"
    require_plain(value)
    if isinstance(value, range):
        return f"{value.start}..{value.stop - 1}"
    return "".join(soft_str(each) for each in value) if isinstance(value, list) else str(value)


def _text_in_html(value: object) -> str:
    if isinstance(value, list):
        require_plain(value)
        return Markup("").join(soft_str(each) for each in value)
    return text(value)


#: How a value prints in HTML.
markup = escaping(_text_in_html)


def _are_texts(*values: object) -> bool:
    return all(isinstance(each, str) and not isinstance(each, Nothing) for each in values)


def _nil(value: object) -> object:
    return None if value is MISSING else value


def _kind(value: object) -> str:
    names = {str: "a text", bool: "true or false", dict: "a mapping", list: "a list", range: "a range"}
    names |= dict.fromkeys(_NUMBERS, "a number")
    return next((name for kind, name in names.items() if isinstance(value, kind)), type(value).__name__)
