"""Liquid, by python-liquid: parsed once, values escaped for HTML unless told otherwise, errors that point."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from liquid import CachingDictLoader
from liquid.exceptions import LiquidError

from envoi.errors import LimitExceeded, TemplateError, did_you_mean
from envoi.templates.faults import in_our_words
from envoi.templates.filters import OURS, PLAIN_TEXT
from envoi.templates.limits import LimitedEnvironment
from envoi.templates.place import place
from envoi.templates.template import Variable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from liquid import BoundTemplate

    from envoi.errors import Place

#: What data is made of, besides mappings and lists.
_VALUES = (str, int, float, Decimal, date, type(None))
#: What python-liquid lets through when a filter meets a value it was not made for.
_MISHAPS = (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError)
_EXHAUSTED = (MemoryError, RecursionError)


@dataclass(frozen=True, slots=True, kw_only=True)
class LiquidTemplate:
    """A parsed Liquid template."""

    source: str
    #: Where in the author's file an offset of `source` is.
    locate: Callable[[int], Place]
    compiled: BoundTemplate

    def render(self, data: Mapping[str, object]) -> str:
        """The text for this data; see `Template.render`.

        >>> parse("Hi {{ name }}, that is {{ price | money }}.").render({"name": "Anna & Bo", "price": 1299})
        'Hi Anna &amp; Bo, that is $12.99.'
        """
        try:
            _require_plain(data)
            # Two names that the engine would otherwise answer from the machine's clock.
            return self.compiled.render({"now": None, "today": None, **data})
        except LiquidError as fault:
            raise in_our_words(fault, self.source, self.compiled.env, self.locate) from fault
        except _EXHAUSTED as fault:
            raise LimitExceeded("the template or its data is nested too deep") from fault
        except _MISHAPS as fault:
            raise TemplateError(f"the template failed on this data: {fault}") from fault

    def variables(self) -> list[Variable]:
        """Each use of a value that the data must bring, in order; not those that `assign` or `for` name.

        >>> [each.path for each in parse("{% for p in shop.list %}{{ p.name }}{% endfor %}{{ a['b'] }}").variables()]
        ['shop.list', 'a.b']
        """
        found = [each for uses in self.compiled.analyze(include_partials=False).globals.values() for each in uses]
        found.sort(key=lambda each: each.span.index)
        return [Variable(path=_path(each.segments), at=self.locate(each.span.index)) for each in found]


def parse(source: str, *, partials: Mapping[str, str] | None = None, autoescape: bool = True) -> LiquidTemplate:
    """The template in `source`; `render` and `include` find `partials` by name.

    Raises:
        TemplateError: it does not parse, or uses a filter that does not exist.
        LimitExceeded: its blocks are nested too deep.
    """
    environment = _environment(partials or {}, autoescape=autoescape)
    return _compile(source, environment, lambda offset: place(source, offset))


def parse_markup(source: str, *, locate: Callable[[int], Place]) -> LiquidTemplate:
    """A piece of a larger file that prints HTML."""
    return _compile(source, _environment({}, autoescape=True), locate)


def parse_plain(source: str, *, locate: Callable[[int], Place]) -> LiquidTemplate:
    """A piece of a larger file that prints plain text: nothing is escaped, not even by the filters made for it."""
    environment = _environment({}, autoescape=False)
    environment.filters |= PLAIN_TEXT
    return _compile(source, environment, locate)


def _environment(partials: Mapping[str, str], *, autoescape: bool) -> LimitedEnvironment:
    environment = LimitedEnvironment(loader=CachingDictLoader(dict(partials)), autoescape=autoescape)
    environment.filters |= OURS
    return environment


def _compile(source: str, environment: LimitedEnvironment, locate: Callable[[int], Place]) -> LiquidTemplate:
    try:
        compiled = environment.from_string(source)
    except LiquidError as fault:
        raise in_our_words(fault, source, environment, locate) from fault
    for name, uses in compiled.analyze(include_partials=False).filters.items():
        if name not in environment.filters:
            raise TemplateError(
                f"there is no filter {name!r}", hint=did_you_mean(name, environment.filters), at=locate(uses[0].index)
            )
    return LiquidTemplate(source=source, locate=locate, compiled=compiled)


def _path(segments: Sequence[object]) -> str:
    return ".".join(part for part in segments if isinstance(part, str))


def _require_plain(value: object, path: str = "") -> None:
    """Refuses objects of the program: printing one shows what no template should know."""
    if isinstance(value, _VALUES):
        return
    if isinstance(value, Mapping):
        for name, each in value.items():
            _require_plain(each, f"{path}.{name}")
    elif isinstance(value, list | tuple):
        for each in value:
            _require_plain(each, f"{path}[]")
    else:
        raise TemplateError(
            f"the data holds an object of type {type(value).__name__} at {path.lstrip('.')!r}",
            hint="give templates only text, numbers, dates, lists and mappings",
        )
