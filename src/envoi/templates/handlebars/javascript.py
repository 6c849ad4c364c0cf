"""Values as JavaScript sees them: how they print, what is true, equal or smaller, and what they hold."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from datetime import date, time
from decimal import Decimal
from functools import lru_cache
from typing import cast

from markupsafe import Markup

from envoi.templates.loop import Loop
from envoi.templates.values import require_plain

_SPECIAL = re.compile("[&<>\"'`=]")
_ENTITIES = {ord(sign): f"&#x{ord(sign):X};" for sign in "'`="} | {
    ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;", ord('"'): "&quot;",
}  # fmt: skip
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
#: Powers of ten between which JavaScript prints numbers without an exponent.
_SMALLEST, _LARGEST = -6, 21
_NAN = math.nan
#: Items of a list that is compared with a text, or characters of a text that are counted each time.
_SHORT = 100
#: How names begin that a template keeps among the data for itself.
HIDDEN = "\0"


def text(value: object) -> str:
    """A value as JavaScript's `String` prints it, nothing for null and undefined.

    >>> text(1.0), text(True), text([1, None, "b"]), text({"a": 1}), text(None)
    ('1', 'true', '1,,b', '[object Object]', '')

    Raises:
        TemplateError: it is an object of the program.
    """
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _number(value)
    require_plain(value)
    if isinstance(value, Mapping | Loop):
        return "[object Object]"
    if isinstance(value, list | tuple | range):
        return ",".join(text(each) for each in value)
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def markup(value: object) -> str:
    """The text of a value, escaped as Handlebars does.

    >>> markup("<a href='x'>"), markup(Markup("<br>"))
    ('&lt;a href&#x3D;&#x27;x&#x27;&gt;', Markup('<br>'))
    """
    printed = value if type(value) is str else text(value)
    if isinstance(printed, Markup) or not _SPECIAL.search(printed):
        return printed
    return printed.translate(_ENTITIES)


def truthy(value: object) -> bool:
    """What `{{#if}}` takes for true: neither false, null, 0, "", NaN nor an empty list; an empty mapping is true.

    >>> [truthy(value) for value in (0, "", [], None, math.nan, {}, "0", -1)]
    [False, False, False, False, False, True, True, True]
    """
    return isinstance(value, Mapping) or (bool(value) and value == value)  # noqa: PLR0124 - NaN


def filled(value: object) -> bool:
    """The same, but 0 counts: what `{{#with}}` needs."""
    return truthy(value) or (_is_number(value) and value == 0 and not isinstance(value, bool))


def equal(left: object, right: object) -> bool:
    """`==`, which compares a number with the number in a text.

    >>> equal(3, "3"), equal("a", "b"), equal(None, 0), equal(True, 1)
    (True, False, False, True)
    """
    if left is None or right is None:
        return left is right
    if isinstance(left, date | time) or isinstance(right, date | time):
        return left == right or _written(left) == _written(right)
    if _is_whole(left) or _is_whole(right):
        return left is right if _is_whole(left) and _is_whole(right) else equal(_primitive(left), _primitive(right))
    if isinstance(left, str) and isinstance(right, str):
        return left == right
    return _as_number(left) == _as_number(right)


def identical(left: object, right: object) -> bool:
    """`===`: equal, and of one kind.

    >>> identical(3, "3"), identical(3, 3.0), identical(True, 1)
    (False, True, False)
    """
    return _kind(left) == _kind(right) and equal(left, right)


def less(left: object, right: object) -> bool:
    """`<`: two texts as texts, all else as numbers; a missing value is neither less nor more.

    >>> less("10", "9"), less("10", 9), less(None, 5), less(5, 6)
    (True, False, False, True)
    """
    if isinstance(left, date | time) or isinstance(right, date | time):
        return _written(left) < _written(right)
    if isinstance(left, str) and isinstance(right, str):
        return left < right
    return _as_number(left) < _as_number(right)


def less_or_equal(left: object, right: object) -> bool:
    """`<=`."""
    if isinstance(left, date | time) or isinstance(right, date | time):
        return _written(left) <= _written(right)
    if isinstance(left, str) and isinstance(right, str):
        return left <= right
    return _as_number(left) <= _as_number(right)


SIGNS = {
    "==": equal,
    "===": identical,
    "!=": lambda left, right: not equal(left, right),
    "!==": lambda left, right: not identical(left, right),
    "<": less,
    "<=": less_or_equal,
    ">": lambda left, right: less(right, left),
    ">=": lambda left, right: less_or_equal(right, left),
}


def item(value: object, key: object) -> object:
    """One step of a path: a mapping's value, a list's item or length, a text's character or length.

    >>> item({"1": "a"}, 1), item(["x"], "0"), item(["x"], "length"), item("bye", "length"), item(None, "a")
    ('a', 'x', 1, 3, None)
    """
    if isinstance(value, Mapping):
        found = value.get(text(key))
        return value.get(key) if found is None and isinstance(key, int) else found
    if isinstance(value, Loop):
        return value.get(key)
    if not isinstance(value, str | list | tuple | range):
        return None
    if key == "length":
        return length(value)
    name = text(key)
    index = int(name) if _is_index(name) else -1
    return value[index] if 0 <= index < len(value) else None


def length(value: object) -> int:
    """The items of a list, or the characters of a text as JavaScript counts them; 0 for anything else.

    >>> length("héé"), length("🎈"), length([1, 2]), length(7)
    (3, 2, 2, 0)
    """
    if isinstance(value, str):
        return len(value) if value.isascii() else _units(value) if len(value) <= _SHORT else _counted(value)
    return len(value) if isinstance(value, list | tuple | range) else 0


def _units(value: str) -> int:
    return len(value.encode("utf-16-le", "surrogatepass")) // 2


#: A loop may ask for the length of the same long text again and again.
_counted = lru_cache(maxsize=16)(_units)


def items(value: object) -> Sequence[object]:
    """What `{{#each}}` goes through: a list, or the values of a mapping; nothing in anything else."""
    if isinstance(value, list | tuple | range):
        return value
    return [value[key] for key in keys(value)] if isinstance(value, Mapping) else ()


def keys(value: Mapping[object, object]) -> list[object]:
    """The keys of a mapping: first the whole numbers, then the others as they came.

    >>> keys({"b": 1, "10": 2, "a": 3, "9": 4})
    ['9', '10', 'b', 'a']
    """
    names = [key for key in value if not str(key).startswith(HIDDEN)]
    numbers = sorted((key for key in names if _is_index(str(key))), key=lambda key: int(str(key)))
    return [*numbers, *(key for key in names if not _is_index(str(key)))] if numbers else names


def _number(value: float) -> str:
    """The shortest digits that are this number, laid out as JavaScript does.

    >>> _number(0.1), _number(1e21), _number(1.5e-7), _number(123456789012345680000.0), _number(-0.0)
    ('0.1', '1e+21', '1.5e-7', '123456789012345680000', '0')
    """
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    shown = "".join(map(str, digits))
    point = len(shown) + cast("int", exponent)
    minus = "-" if sign else ""
    if len(shown) <= point <= _LARGEST:
        return minus + shown + "0" * (point - len(shown))
    if 0 < point <= _LARGEST:
        return f"{minus}{shown[:point]}.{shown[point:]}"
    if _SMALLEST < point <= 0:
        return f"{minus}0.{'0' * -point}{shown}"
    rest = f".{shown[1:]}" if len(shown) > 1 else ""
    return f"{minus}{shown[0]}{rest}e{point - 1:+d}"


def _as_number(value: object) -> float | int | Decimal:
    """JavaScript's `Number`, but a missing value is none."""
    if _is_number(value):
        return cast("int", value)
    if not isinstance(value, str):
        primitive = _primitive(value)
        return _as_number(primitive) if isinstance(primitive, str) else _NAN
    stripped = value.strip()
    if not stripped:
        return 0
    return float(stripped) if _NUMBER.fullmatch(stripped) else _NAN


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | Decimal)


def _is_whole(value: object) -> bool:
    """Whether it is what JavaScript calls an object."""
    return isinstance(value, Mapping | list | tuple | range)


def _primitive(value: object) -> object:
    """A short list as its text, as JavaScript compares it; nothing that takes long to print."""
    if isinstance(value, list | tuple) and len(value) <= _SHORT and not any(map(_is_whole, value)):
        return text(value)
    return _NAN if _is_whole(value) else value


def _written(value: object) -> str:
    return value.isoformat() if isinstance(value, date | time) else text(value)


def _kind(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    return "number" if _is_number(value) else "string" if isinstance(value, str) else "object"


def _is_index(key: str) -> bool:
    return key.isascii() and key.isdigit() and (key == "0" or key[0] != "0") and len(key) < 7  # noqa: PLR2004 - LIST_SIZE
