"""What a Handlebars template is made of, before any name is looked up."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from envoi.errors import Place

_NOWHERE = Place()


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """Something in quotes, a number, true, false, null or undefined."""

    value: object
    #: As it was written, for a place where a name is meant: `{{12}}`.
    text: str
    at: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """A path: `person.name`, `../name`, `@index`, `this`."""

    parts: tuple[str, ...]
    #: How many `../` it begins with.
    depth: int = 0
    #: It begins with `@`.
    data: bool = False
    #: It begins with `this`, `.` or `..`, so it is never a helper or a block parameter.
    scoped: bool = False
    #: As it was written, brackets removed.
    text: str
    at: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A name and what follows it in a tag or in parentheses; without arguments it may be a mere name."""

    name: Name | Value
    args: tuple[Expression, ...] = ()
    named: tuple[tuple[str, Expression], ...] = ()
    #: Of a partial: what gives its name while rendering.
    computed: Expression | None = None

    @property
    def at(self) -> Place:
        """Where its name stands."""
        return self.name.at


@dataclass(frozen=True, slots=True, kw_only=True)
class Compare:
    """`left == right`."""

    sign: str
    left: Expression
    right: Expression
    at: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Logic:
    """`a and b and c`, or with or."""

    word: Literal["and", "or"]
    parts: tuple[Expression, ...]
    at: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Negate:
    """`not a`."""

    value: Expression
    at: Place


Expression = Value | Name | Call | Compare | Logic | Negate


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """Whether a tag takes away the white space before and after it."""

    before: bool = False
    after: bool = False


@dataclass(slots=True, kw_only=True)
class Content:
    """Text between tags; white space control shortens it."""

    text: str
    original: str
    #: Something was taken from its beginning, or from its end.
    front_taken: bool = False
    back_taken: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A comment."""

    strip: Strip


@dataclass(frozen=True, slots=True, kw_only=True)
class Print:
    """`{{call}}`, or unescaped `{{{call}}}`."""

    call: Call
    raw: bool
    strip: Strip


@dataclass(slots=True, kw_only=True)
class Partial:
    """`{{> name context key=value}}`; the name may be in parentheses, to be found out while rendering."""

    call: Call
    strip: Strip
    #: What stands before it on a line of its own, and so before each line it prints.
    indent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """`{{#call}} body` or `{{else call}} body`, up to the next tag of the block."""

    call: Call
    body: list[Statement]
    #: The names after `as`.
    params: tuple[str, ...] = ()
    strip: Strip


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """From `{{#` to `{{/`: a block, a partial that is given a block, or a partial defined in place."""

    kind: Literal["block", "partial", "inline"] = "block"
    branches: list[Branch]
    otherwise: list[Statement] | None = None
    otherwise_strip: Strip = field(default_factory=Strip)
    close: Strip
    #: It opened with `{{^`.
    inverted: bool = False

    @property
    def at(self) -> Place:
        """Where its name stands."""
        return self.branches[0].call.at


Statement = Content | Note | Print | Partial | Block
