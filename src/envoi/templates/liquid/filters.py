"""The filters of Liquid: python-liquid's, bounded; ours; and those that must act differently here."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache, partial
from operator import add, floordiv, mul, sub
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

from dateutil import parser as dates
from liquid import Environment
from liquid.exceptions import LiquidError
from markupsafe import Markup, soft_str

from envoi.errors import TemplateError
from envoi.templates.dialect import Function
from envoi.templates.limits import SHORT, Run, bounded, require
from envoi.templates.liquid.braze import FILTERS as BRAZE
from envoi.templates.liquid.meaning import MISSING, text
from envoi.templates.runtime import other_values
from envoi.templates.values import PLAIN

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_LEAST, _THOUSAND = 0.01, 1000.0
#: Beyond this many digits it is no price.
_MOST_DIGITS = 15
#: Smaller whole numbers are reckoned with straight away.
_WHOLE = 1_000_000_000
#: No date is longer.
_LONGEST_DATE = 100
#: To read one is as much work as a filter has with so many characters.
_DATE_WORK = 50_000
#: Parsers of HTML are slow on what is made to be slow to parse.
_LONGEST_HTML, _SLOW_START = 10_000, 300
#: Small values of which a filter remembers what it made.
_REMEMBERED = 4_096


def filters(*, escapes: bool) -> dict[str, Function]:
    """The standard filters and ours; some know whether values are escaped for HTML."""
    environment = Environment(autoescape=escapes)
    made = {name: _adapted(call, environment) for name, call in environment.filters.items()}
    for name, check in _CHECKS.items():
        made[name] = Function(call=_checked(check, made[name].call))
    made |= {name: Function(call=bounded(call)) for name, call in {**BRAZE, **_OURS}.items()}
    made["map"] = Function(call=_mapped(made["map"].call))
    quick = {**_QUICK, "url_encode": _url_encode_in_html if escapes else _url_encode}
    made |= {
        name: Function(call=_quick(function, made[name].call), sure=name in _QUICK) for name, function in quick.items()
    }
    made |= {name: Function(call=_quick_sum(function, made[name].call)) for name, function in _SUMS.items()}
    made["money"] = Function(call=_quick_money(made["money"].call))
    made["truncate"] = Function(call=_truncating(made["truncate"].call))
    return made | {"date": Function(call=_date, pure=False), "default": Function(call=_default, sure=2)}


def plain_text(made: Mapping[str, Function]) -> dict[str, Function]:
    """The same filters where nothing is HTML: those that make HTML of text have nothing to do."""
    return {**made, **dict.fromkeys(("escape", "escape_once", "newline_to_br"), Function(call=_as_it_is))}


def money(amount: object, symbol: str = "$") -> str:
    """A price: a whole number counts minor units, any other number whole units; nothing stays nothing.

    >>> money(129900), money(12.5), money("7.995", "€"), money(-5), money(None)
    ('$1,299.00', '$12.50', '€8.00', '-$0.05', '')
    """
    if amount is None or amount is MISSING or amount == "":
        return ""
    if type(amount) is float and _LEAST <= amount < _THOUSAND:  # as most prices are: what it prints as is the price
        printed = repr(amount)
        if printed[-3] == "." or printed[-2] == ".":
            return f"{symbol}{printed}" if printed[-3] == "." else f"{symbol}{printed}0"
    minor = _minor_units(amount)
    return f"{'-' if minor < 0 else ''}{symbol}{abs(minor) // 100:,}.{abs(minor) % 100:02}"


def _minor_units(amount: object) -> int:
    if type(amount) is int and -_WHOLE < amount < _WHOLE:
        return amount
    try:
        number = Decimal(str(amount))
    except InvalidOperation:
        number = Decimal("NaN")
    if isinstance(amount, bool) or not number.is_finite() or number.adjusted() > _MOST_DIGITS:
        raise TemplateError(f"money takes a number, not {str(amount)!r:.50}")
    whole = isinstance(amount, int) or (isinstance(amount, str) and amount.lstrip("-").isdecimal())
    return int(number if whole else (number * 100).to_integral_value(ROUND_HALF_UP))


def _mapped(standard: Callable[..., object]) -> Callable[..., object]:
    """`map`, whose nothing is ours: the standard filter makes one of its own."""

    def mapped(run: Run, *args: object) -> object:
        found = standard(run, *args)
        return (
            [each if each is None or isinstance(each, PLAIN) else MISSING for each in found]
            if isinstance(found, list)
            else found
        )

    return mapped


def needed(value: object) -> object:
    """The value, which must be there: where it is not, the template, or its `attempt`, fails."""
    if value is None or value is MISSING or value == "":
        raise TemplateError("a value that is needed is missing")
    return value


def uniq(sequence: object, key: object = None) -> list[object]:
    """Each item once, or each value of a key once; the first stays.

    >>> uniq(["b", "a", "b", {"x": 1}, {"x": 1}])
    ['b', 'a', {'x': 1}]
    """
    seen, kept = set(), []
    for each in _flat(sequence):
        if key is not None and not isinstance(each, dict):
            raise TemplateError(f"uniq finds no {str(key)!r:.50} in {text(each)!r:.50}")
        mark = _hashable(each if key is None or not isinstance(each, dict) else each.get(key, MISSING))
        if mark not in seen:
            seen.add(mark)
            kept.append(each)
    return kept


def _hashable(value: object) -> object:
    if isinstance(value, dict):
        return frozenset((key, _hashable(each)) for key, each in value.items())
    return tuple(map(_hashable, value)) if isinstance(value, list | tuple) else value


def _flat(value: object, levels: int = 6) -> list[object]:
    """The items of lists in lists."""
    if levels and isinstance(value, list | tuple):
        return [
            item for each in value for item in (_flat(each, levels - 1) if isinstance(each, list | tuple) else [each])
        ]
    return list(value) if isinstance(value, range) else [] if value is MISSING else [value]


# ---- python-liquid's


def _adapted(call: Callable[..., object], environment: Environment) -> Function:
    """One of python-liquid's filters, as `Dialect` wants it."""
    given = partial(call, environment=environment) if getattr(call, "with_environment", False) else call

    def adapted(*args: object, **named: object) -> object:
        try:
            return given(*args, **named)
        except LiquidError as fault:
            said = str(fault.message)
            raise TemplateError(other_values(said) or said) from fault

    return Function(call=bounded(adapted))


def _checked(check: Callable[..., int], call: Callable[..., object]) -> Callable[..., object]:
    """The filter, refusing what would grow too much before it grows, and counting what is more work than it seems."""

    def checked(run: Run, *args: object, **named: object) -> object:
        run.work(check(*args, **named))
        return call(run, *args, **named)

    return checked


def _check_replace(value: object = "", part: object = "", by: object = "", *_: object) -> int:
    whole, part, by = (soft_str(text(each)) for each in (value, part, by))
    return require(len(whole) + whole.count(part) * (len(by) - len(part)))


def _check_join(value: object = None, by: object = " ", *_: object) -> int:
    texts = [text(each) for each in _flat(value)] if isinstance(value, list | tuple | range) else []
    return require(sum(map(len, texts)) + len(texts) * len(text(by)))


def _check_times(value: object = 0, by: object = 0, *_: object) -> int:
    return require(sum(each.bit_length() for each in (value, by) if isinstance(each, int)))


def _check_html(value: object = "", *_: object) -> int:
    size = len(text(value))
    if size > _LONGEST_HTML:
        raise TemplateError(f"strip_html reads at most {_LONGEST_HTML:,} characters")
    return 100 * (size + _SLOW_START)


_CHECKS: dict[str, Callable[..., int]] = {
    "replace": _check_replace,
    "join": _check_join,
    "times": _check_times,
    "strip_html": _check_html,
}
_OURS: dict[str, Callable[..., object]] = {"money": money, "needed": needed, "uniq": uniq}


# ---- those that most mails call for each person


def _quick(function: Callable[[Any], object], slow: Callable[..., object]) -> Callable[..., object]:
    """A filter of one text, straight for a short one: nothing has to be converted, and no budget needs to know."""
    remembered = lru_cache(maxsize=_REMEMBERED)(function)  # for the author's own texts: Markup's methods are slow

    def quick(run: Run, value: object, *args: object) -> object:
        if args or type(value) not in _TEXTS or len(value) > SHORT:  # type: ignore[arg-type]
            return slow(run, value, *args)
        return function(value) if type(value) is str else remembered(value)

    return quick


def _quick_money(slow: Callable[..., object]) -> Callable[..., object]:
    """The same for prices, which are numbers."""

    def quick(run: Run, amount: object, *args: object, **named: object) -> object:
        if type(amount) not in _NUMBERS or args or named:
            return slow(run, amount, *args, **named)
        return money(amount)

    return quick


def _quick_sum(function: Callable[[int, int], int], slow: Callable[..., object]) -> Callable[..., object]:
    """The same for two whole numbers of usual size, but 0: by which `divided_by` refuses to divide."""

    def quick(run: Run, value: object, *by: object) -> object:
        if len(by) == 1 and type(value) is type(other := by[0]) is int and other and abs(value) + abs(other) < _WHOLE:
            return function(value, other)
        return slow(run, value, *by)

    return quick


def _truncating(slow: Callable[..., object]) -> Callable[..., object]:
    """`truncate`, straight where there is nothing to cut."""

    def truncate(run: Run, value: object, *args: object) -> object:
        if type(value) is str and len(args) == 1 and type(args[0]) is int and len(value) < args[0] <= SHORT:
            return value
        return slow(run, value, *args)

    return truncate


def _url_encode(text: str) -> str:
    return text if _SAFE_IN_URL(text) else quote_plus(text)


def _url_encode_in_html(text: str) -> str:
    return str.__new__(Markup, _url_encode(text))  # nothing is left that HTML would have to escape


_TEXTS = frozenset({str, Markup})
_NUMBERS = frozenset({int, float})
_SAFE_IN_URL = re.compile(r"[A-Za-z0-9_.~-]*").fullmatch
_QUICK: dict[str, Callable[[Any], object]] = {
    "capitalize": lambda text: text.capitalize(),
    "downcase": lambda text: text.lower(),
    "strip": lambda text: text.strip(),
    "upcase": lambda text: text.upper(),
}
_SUMS: dict[str, Callable[[int, int], int]] = {"plus": add, "minus": sub, "times": mul, "divided_by": floordiv}


def _default(run: Run, value: object, other: object = "", *, allow_false: object = False) -> object:  # noqa: ARG001
    """The other value for one that is empty, missing or false."""
    if value is None or value is MISSING or value == "" or (value is False and allow_false is not True):
        return other
    return other if isinstance(value, list | dict) and not value else value


def _as_it_is(run: Run, value: object) -> object:  # noqa: ARG001
    return value


# ---- dates


def _date(run: Run, value: object, form: object) -> object:
    """The standard filter, but "now" is what the data says it is: a template never reads the machine's clock."""
    now = run.data.get("now")
    if value in ("now", "today"):
        value = now
    if value is None or value is MISSING or value == "":
        return ""
    if form is MISSING:
        return text(value)
    run.work(_DATE_WORK)
    if not isinstance(form, str) or len(form) > _LONGEST_DATE:
        raise TemplateError(f"date takes a form such as '%d %B %Y', not {text(form)!r:.50}")
    return _shown(value, form, now if isinstance(now, datetime) else None)


@lru_cache(maxsize=_REMEMBERED, typed=True)
def _shown(value: object, form: str, now: datetime | None) -> str:
    moment = _moment(value, now)
    shown = str(value) if moment is None else _printed(moment, str(form))
    return Markup(shown) if isinstance(form, Markup) else shown  # noqa: S704 - the author's own form


def _printed(moment: datetime, form: str) -> str:
    seconds = int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
    return moment.strftime(re.sub(r"%(%|s)", lambda sign: str(seconds) if sign[1] == "s" else "%%", form))


def _moment(value: object, now: datetime | None) -> datetime | None:
    """When it says; None for a text that says no time, as the standard filter has it."""
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, datetime.min.time())
    if isinstance(value, int) or (isinstance(value, str) and value.isdigit()):
        try:
            return datetime.fromtimestamp(int(value), UTC).replace(tzinfo=None)
        except (OverflowError, OSError, ValueError):
            return None
    if not isinstance(value, str):
        raise TemplateError(f"date takes a date, not {text(value)!r:.50}")
    try:
        # What a text leaves out is taken from `default`, a zone that it names from `tzinfos`: else from this machine.
        default = (now or datetime(1970, 1, 1)).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)  # noqa: DTZ001
        moment: datetime = dates.parse(value[:_LONGEST_DATE], default=default, tzinfos=_zone)
    except dates.ParserError:
        return None
    return moment


def _zone(name: str | None, offset: int | None) -> timezone | None:
    return None if offset is None else timezone(timedelta(seconds=offset), name or "")
