"""What python-liquid's parser complains of, in our words and at its line and column, also where it names none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from liquid.exceptions import BlockNestingError, LiquidError

from envoi.errors import LimitExceeded, Place, TemplateError, did_you_mean
from envoi.templates.limits import NESTING
from envoi.templates.tags import LIQUID

if TYPE_CHECKING:
    from collections.abc import Callable

    from liquid import Environment

_NAME = re.compile(r"\{%-?\s*(\w+)")
#: What a tag that stands only inside a block needs around it to be read alone.
_AROUND = {"elsif": ("{% if a %}", "{% endif %}"), "when": ("{% case a %}", "{% endcase %}")}


def in_our_words(
    fault: LiquidError, source: str, environment: Environment, locate: Callable[[int], Place]
) -> TemplateError:
    """The error to raise for what the parser says of `source`; `locate` places an offset in the author's file."""
    at = locate(fault.token.start_index) if fault.token and fault.token.start_index >= 0 else Place()
    if isinstance(fault, BlockNestingError):
        return LimitExceeded(f"blocks are nested more than {NESTING} deep", at=at)
    if isinstance(fault.__cause__, RecursionError):
        return LimitExceeded("an expression is nested too deep", at=at)
    if not at.line:
        return _unplaced(fault, source, environment, locate)
    word = fault.token.value if fault.token and "unexpected tag" in str(fault.message) else ""
    tags = [name for name in environment.tags if word and name.isidentifier()]
    return TemplateError(str(fault.message), hint=did_you_mean(word, tags), at=at)


def _unplaced(
    fault: LiquidError, source: str, environment: Environment, locate: Callable[[int], Place]
) -> TemplateError:
    """The engine met the end of something too early and does not say where: an expression, or an open block."""
    open_blocks: list[tuple[str, int]] = []
    for tag in LIQUID.pattern.finditer(source):
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
