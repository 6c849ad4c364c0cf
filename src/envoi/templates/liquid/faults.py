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
#: Tags that stand only inside a block, and what those need around them that are read alone.
_INNER = ("else", "elsif", "when", "fallback")
_AROUND = {"elsif": ("{% if a %}", "{% endif %}"), "when": ("{% case a %}", "{% endcase %}")}
#: What the parser says, what it means, and what to write.
_WORDS = (
    (r"found ('='|assign)$", "= compares nothing", "write =="),
    (r"found (dpipe|'\|\|')$", "|| is no word of Liquid", "write `or` in a condition, and one | before a filter"),
    (r"unexpected '&'", "& is no word of Liquid", "write `and`"),
    (r"found '\('$", "( cannot stand here", "a filter takes its values behind a colon: default: 'you'"),
    (r"primitive expression, found end of expression", "a value is missing", ""),
    (r"expected word, found end of expression", "the name of a filter is missing behind |", ""),
    (r"unexpected (\"'\"|'\"')", "a quotation is not closed", ""),
    (r"expected '\}\}', found end of file", "this tag does not end", "close it with }}"),
    (r"missing tag name or closing delimiter", "this tag does not end", "close it with %}"),
)


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
    message = str(fault.message)
    if fault.token and "unexpected tag" in message:
        return _unexpected(fault.token.value, environment, at)
    return _said(message, at)


def _unexpected(tag: str, environment: Environment, at: Place) -> TemplateError:
    if tag.startswith("end") or tag in _INNER:
        hint = "remove it, or look for what was closed before"
        return TemplateError(f"{{% {tag} %}} stands outside of its block", hint=hint, at=at)
    tags = [*(name for name in environment.tags if name.isidentifier()), *_INNER]
    return TemplateError(f"there is no tag {tag!r}", hint=did_you_mean(tag, tags), at=at)


def _said(message: str, at: Place) -> TemplateError:
    """What the parser says, in the words of those who write templates."""
    for pattern, what, hint in _WORDS:
        if re.search(pattern, message):
            return TemplateError(what, hint=hint, at=at)
    return TemplateError(message, at=at)


def _unplaced(
    fault: LiquidError, source: str, environment: Environment, locate: Callable[[int], Place]
) -> TemplateError:
    """The engine met the end of something too early and does not say where: an expression, or an open block."""
    open_blocks: list[tuple[str, int]] = []
    for tag in LIQUID.pattern.finditer(source):
        named = _NAME.match(tag[0])
        name = named[1] if named else ""
        if not _reads(tag[0], name, environment):
            said = _said(str(fault.message), locate(tag.start()))
            return TemplateError(said.what, hint=said.hint or f"in {tag[0]!r}", at=said.at)
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
