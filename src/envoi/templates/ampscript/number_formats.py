"""Numbers by the patterns of .NET that AMPscript uses: C2, N0, P1, and those drawn by hand such as #,##0.00."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from babel import Locale, UnknownLocaleError
from babel.numbers import format_currency as babel_currency
from babel.numbers import format_decimal as babel_decimal
from babel.numbers import format_percent as babel_percent
from babel.numbers import get_territory_currencies

from envoi.errors import TemplateError
from envoi.templates.ampscript.values import Number, glimpse

if TYPE_CHECKING:
    from collections.abc import Callable

_CONTEXT = Context(prec=100)
_STANDARD = re.compile(r"([CDEFGNPRX])(\d{0,2})", re.IGNORECASE)
_DRAWN = re.compile(r"'[^']*'|\"[^\"]*\"|\\.|[0#.,%]|.", re.DOTALL)
_AMERICAN = "en_US"
#: Digits behind the point where a pattern does not say.
_USUAL = 2
_LONGEST_PATTERN = 100
_PATTERNS = "C2, N0, P1, F2, D5, G, or drawn as in #,##0.00"


def format_number(value: Number, pattern: str, locale: str = "") -> str:
    """A number by a standard pattern or a drawn one; halves are rounded away from zero.

    >>> format_number(1234.555, "N2"), format_number(0.12883, "P1"), format_number(1234.5, "#,##0.00")
    ('1,234.56', '12.9%', '1,234.50')
    >>> format_number(123.4451, "C2", "de_DE")
    '123,45 €'

    Raises:
        TemplateError: there is no such pattern, or no such locale.
    """
    if len(pattern) > _LONGEST_PATTERN:
        raise TemplateError(f"there is no number format {glimpse(pattern)}", hint=f"write one as {_PATTERNS}")
    standard = _STANDARD.fullmatch(pattern.strip())
    if standard:
        digits = int(standard[2]) if standard[2] else None
        return _BY_LETTER[standard[1].upper()](_decimal(value), digits, locale_of(locale))
    if not re.search(r"[0#]", pattern):
        raise TemplateError(f"there is no number format {glimpse(pattern)}", hint=f"write one as {_PATTERNS}")
    return _drawn(_decimal(value), pattern, locale_of(locale))


def format_currency(value: Number, locale: str, digits: int | None = None, symbol: str | None = None) -> str:
    """A price as a locale writes it, with its own currency or another symbol.

    >>> format_currency(1234.5, "en-US"), format_currency(1234.5, "de-DE"), format_currency(-5, "en_GB", 0, "EUR ")
    ('$1,234.50', '1.234,50 €', '-EUR 5')
    """
    return _currency(_decimal(value), digits, locale_of(locale), symbol)


@lru_cache(maxsize=64)
def locale_of(code: str) -> Locale:
    """The locale of a code such as en-US, de_DE or fr.

    Raises:
        TemplateError: there is none.
    """
    try:
        return Locale.parse((code or _AMERICAN).strip().replace("-", "_"), resolve_likely_subtags=True)
    except (UnknownLocaleError, ValueError, TypeError) as fault:
        raise TemplateError(f"there is no locale {glimpse(code)}", hint="write one as en-US or de-DE") from fault


def _decimal(value: Number) -> Decimal:
    return Decimal(value) if isinstance(value, int) else Decimal(f"{value:.15g}")


def _rounded(value: Decimal, digits: int) -> Decimal:
    return round_half_up(value, digits) + 0  # never -0


def round_half_up(value: Decimal, digits: int) -> Decimal:
    """The number with so many digits behind the point."""
    if value.adjusted() + digits > 60:  # noqa: PLR2004 - more than a context holds, and nothing to round
        raise TemplateError("the number is too large to format")
    with_room = Decimal(1).scaleb(-digits)
    return value.quantize(with_room, rounding=ROUND_HALF_UP, context=_CONTEXT)


def _places(pattern: str, digits: int) -> str:
    """A pattern of Unicode with so many digits behind the point."""
    return re.sub(
        r"(#,##0|#,##,##0|#0|0)(\.[0#]+)?", lambda found: found[1] + ("." + "0" * digits if digits else ""), pattern
    )


def _number(value: Decimal, digits: int | None, locale: Locale) -> str:
    digits = _USUAL if digits is None else digits
    pattern = _places(locale.decimal_formats[None].pattern, digits)
    return babel_decimal(_rounded(value, digits), format=pattern, locale=locale)


def _fixed(value: Decimal, digits: int | None, locale: Locale) -> str:
    digits = _USUAL if digits is None else digits
    return babel_decimal(_rounded(value, digits), format=_places("0", digits), locale=locale)


def _percent(value: Decimal, digits: int | None, locale: Locale) -> str:
    digits = _USUAL if digits is None else digits
    pattern = _places(locale.percent_formats[None].pattern, digits)
    return _spaced(babel_percent(_rounded(value, digits + 2), format=pattern, locale=locale))


def _currency(value: Decimal, digits: int | None, locale: Locale, symbol: str | None = None) -> str:
    currency = (get_territory_currencies(locale.territory or "US") or ["USD"])[-1]
    pattern = locale.currency_formats["standard"].pattern
    if digits is None:
        digits = _USUAL if currency not in _WITHOUT_CENTS else 0
    if symbol is not None:
        pattern = pattern.replace("¤", "'" + symbol.replace("'", "''") + "'")
    made = babel_currency(
        _rounded(value, digits), currency, format=_places(pattern, digits), locale=locale, currency_digits=False
    )
    return _spaced(made)


def _digits(value: Decimal, digits: int | None, locale: Locale) -> str:
    del locale
    if value != value.to_integral_value():
        raise TemplateError("the format D is for whole numbers", hint="write F0 or N0")
    return ("-" if value < 0 else "") + str(abs(int(value))).rjust(digits or 1, "0")


def _scientific(value: Decimal, digits: int | None, locale: Locale) -> str:
    del locale
    mantissa, _, exponent = f"{value:.{6 if digits is None else digits}E}".partition("E")
    return f"{mantissa}E{exponent[0]}{exponent[1:].rjust(3, '0')}"


def _general(value: Decimal, digits: int | None, locale: Locale) -> str:
    kept = f"{value:.{digits}g}" if digits else f"{value:f}"
    whole, _, part = format(Decimal(kept), "f").partition(".")
    part = part.rstrip("0")
    return whole + (f"{_point(locale)}{part}" if part else "")


def _hexadecimal(value: Decimal, digits: int | None, locale: Locale) -> str:
    del locale
    if value != value.to_integral_value() or value < 0:
        raise TemplateError("the format X is for whole numbers from 0 on")
    return f"{int(value):X}".rjust(digits or 1, "0")


def _drawn(value: Decimal, pattern: str, locale: Locale) -> str:
    """By a pattern drawn by hand, whose parts for negative numbers and zero stand behind a ;."""
    sections = re.split(r";(?=(?:[^']*'[^']*')*[^']*$)", pattern)
    section, sign = sections[0], "-" if value < 0 else ""
    if value < 0 and len(sections) > 1 and sections[1]:
        section, sign = sections[1], ""
    elif value == 0 and len(sections) > 2 and sections[2]:  # noqa: PLR2004 - the third part
        section = sections[2]
    parts = [found[0] for found in _DRAWN.finditer(section)]
    value = abs(value) * 100 ** parts.count("%")
    return sign + _filled(value, parts, locale)


def _filled(value: Decimal, parts: list[str], locale: Locale) -> str:
    """The parts of a drawn pattern with the digits in their places."""
    point = parts.index(".") if "." in parts else len(parts)
    behind = [part for part in parts[point:] if part in "0#"]
    least = len(behind) - len("".join(reversed(behind)).partition("0")[0]) if "0" in behind else 0
    whole, _, part = format(_rounded(value, len(behind)), "f").partition(".")
    part = part[:least] + part[least:].rstrip("0")
    front = [part for part in parts[:point] if part in "0#"]
    whole = whole.lstrip("0").rjust(len(front) - front.index("0") if "0" in front else 0, "0")
    if "," in parts[:point] and whole:
        whole = babel_decimal(int(whole), locale=locale).rjust(len(whole), "0")
    shown, first = [], True
    for place, each in enumerate(parts):
        if each in ("0", "#", ",", "."):
            if first and each in "0#.":
                shown.append(whole + (_point(locale) + part if part else ""))
                first = False
        else:
            shown.append(_literal(each) if place < len(parts) else "")
    return "".join(shown)


def _literal(part: str) -> str:
    if len(part) > 1:
        return part[1:] if part[0] == "\\" else part[1:-1]
    return part


def _point(locale: Locale) -> str:
    return str(locale.number_symbols["latn"]["decimal"]) if "latn" in locale.number_symbols else "."


def _spaced(made: str) -> str:
    """With a plain space before a sign, as .NET writes it."""
    return made.replace("\N{NO-BREAK SPACE}", " ")


_WITHOUT_CENTS = frozenset({"JPY", "KRW", "VND", "CLP", "PYG", "ISK", "UGX", "XAF", "XOF", "XPF", "RWF", "KMF", "GNF"})
_BY_LETTER: dict[str, Callable[[Decimal, int | None, Locale], str]] = {
    "C": _currency, "D": _digits, "E": _scientific, "F": _fixed, "G": _general, "N": _number, "P": _percent,
    "R": _general, "X": _hexadecimal,
}  # fmt: skip
