"""The engine's errors in our words, each at its line and column, also where the engine names none."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from liquid import DictLoader
from liquid.exceptions import LiquidError, ResourceLimitError, TemplateNotFoundError

from envoi.errors import LimitExceeded, Place, TemplateError, did_you_mean
from envoi.templates.limits import WORDS
from envoi.templates.mask import TAG
from envoi.templates.place import place

if TYPE_CHECKING:
    from collections.abc import Callable

    from liquid import Environment

_NAME = re.compile(r"\{%-?\s*(\w+)")
#: What a tag that stands only inside a block needs around it to be read alone.
_AROUND = {"elsif": ("{% if a %}", "{% endif %}"), "when": ("{% case a %}", "{% endcase %}")}


def in_our_words(
    fault: LiquidError, source: str, environment: Environment, locate: Callable[[int], Place]
) -> TemplateError:
    """The error to raise for what the engine says of `source`; `locate` places an offset in the author's file."""
    source, locate = _home(fault, source, environment, locate)
    at = locate(fault.token.start_index) if fault.token and fault.token.start_index >= 0 else Place()
    if isinstance(fault, ResourceLimitError):
        hint = "no mail needs that much: look for what repeats or feeds itself"
        return LimitExceeded(WORDS[type(fault)], hint=hint, at=at)
    if isinstance(fault.__cause__, RecursionError):
        return LimitExceeded("an expression is nested too deep", at=at)
    if isinstance(fault, TemplateNotFoundError):
        known = _partials(environment)
        return TemplateError(
            f"there is no partial {fault.message!r}", hint=did_you_mean(str(fault.message), known), at=at
        )
    if at == Place():
        return _unplaced(fault, source, environment, locate)
    word = fault.token.value if fault.token and "unexpected tag" in str(fault.message) else ""
    tags = [name for name in environment.tags if word and name.isidentifier()]
    return TemplateError(str(fault.message), hint=did_you_mean(word, tags), at=at)


def _home(
    fault: LiquidError, source: str, environment: Environment, locate: Callable[[int], Place]
) -> tuple[str, Callable[[int], Place]]:
    """The text in which the fault lies, and how to place it there: the source, or one of its partials."""
    for name, text in _partials(environment).items():
        if str(fault.template_name) == name or (fault.token and fault.token.source == text != source):
            return text, partial(_place_in_partial, name, text)
    return source, locate


def _place_in_partial(name: str, text: str, offset: int) -> Place:
    return replace(place(text, offset), file=name)


def _unplaced(
    fault: LiquidError, source: str, environment: Environment, locate: Callable[[int], Place]
) -> TemplateError:
    """The engine met the end of something too early and does not say where: an expression, or an open block."""
    open_blocks: list[tuple[str, int]] = []
    for tag in TAG.finditer(source):
        named = _NAME.match(tag[0])
        name = named[1] if named else ""
        if not _reads(tag[0], name, environment):
            return TemplateError(str(fault.message), hint=f"in {tag[0]!r}", at=locate(tag.start()))
        if _is_block(name, environment):
            open_blocks.append((name, tag.start()))
        elif open_blocks and name == f"end{open_blocks[-1][0]}":
            open_blocks.pop()
    if not open_blocks:
        return TemplateError(str(fault.message))
    name, start = open_blocks[-1]
    return TemplateError(f"{{% {name} %}} is never closed", hint=f"add {{% end{name} %}}", at=locate(start))


def _reads(tag: str, name: str, environment: Environment) -> bool:
    """Whether the tag alone, made whole, can be parsed; a name out of place is for the engine to complain of."""
    before, after = _AROUND.get(name, ("", f"{{% end{name} %}}" if _is_block(name, environment) else ""))
    try:
        environment.from_string(before + tag + after)
    except LiquidError as fault:
        return bool(fault.token and fault.token.start_index >= 0)
    return True


def _is_block(name: str, environment: Environment) -> bool:
    return name in environment.tags and environment.tags[name].block and name not in {"comment", "raw", "doc"}


def _partials(environment: Environment) -> dict[str, str]:
    return environment.loader.templates if isinstance(environment.loader, DictLoader) else {}
