"""What data is made of, and how it prints and opens: plain values only, so that no template reaches an object."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from decimal import Decimal
from typing import TYPE_CHECKING

# One pass in C, which the public `escape` puts into a new Markup each time: that takes six times as long.
from markupsafe import Markup, _escape_inner  # type: ignore[attr-defined]

from envoi.errors import TemplateError
from envoi.templates.loop import Loop

if TYPE_CHECKING:
    from collections.abc import Callable

#: What prints by itself.
SCALARS = (str, int, float, Decimal, date, time)
#: What a template may meet, besides None.
PLAIN = (*SCALARS, Mapping, list, tuple, range, Loop)


def text_of(value: object) -> str:
    """A plain value as Python prints it, nothing for None.

    >>> text_of(None), text_of(1.5), text_of(["a", 1])
    ('', '1.5', "['a', 1]")

    Raises:
        TemplateError: it is, or holds, an object of the program.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    require_plain(value)
    return str(value)


def escape(text: str) -> str:
    """The text as HTML shows it; one that is `Markup` is so already.

    >>> escape("<a href='x'>R&D</a>")
    '&lt;a href=&#39;x&#39;&gt;R&amp;D&lt;/a&gt;'
    """
    return text if isinstance(text, Markup) else _escape_inner(text)


def escaping(text: Callable[[object], str]) -> Callable[[object], str]:
    """The `markup` of a dialect whose `text` is this."""

    def markup(value: object) -> str:
        if type(value) is str:  # most are: a call less
            return _escape_inner(value)
        return value if type(value) is Markup else escape(text(value))

    return markup


def item_of(value: object, key: object) -> object:
    """`value[key]` of a mapping or a list, None where there is none; never an attribute."""
    if isinstance(value, Mapping | Loop):
        return value.get(key) if isinstance(key, str | int) else None
    if isinstance(value, list | tuple) and isinstance(key, int) and -len(value) <= key < len(value):
        return value[key]
    return None


def require_plain(value: object) -> None:
    """Refuses objects of the program: printing one shows what no template should know.

    Raises:
        TemplateError: it is, or holds, one.
    """
    if isinstance(value, str | int):
        return
    if isinstance(value, Mapping):
        for each in value.values():
            require_plain(each)
    elif isinstance(value, list | tuple):
        for each in value:
            require_plain(each)
    elif value is not None and not isinstance(value, (*SCALARS, range, Loop)):
        raise TemplateError(
            f"the data holds an object of type {type(value).__name__}",
            hint="give templates only text, numbers, dates, lists and mappings",
        )
