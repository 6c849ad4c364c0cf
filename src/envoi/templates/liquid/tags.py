"""The tags that Liquid has here beyond the standard ones: fallbacks for a block, and Braze's.

{% attempt %} ... {% fallback %} ... {% endattempt %}     what to print where a person's data break a block
{% abort_message('no picks') %}                           this person gets no mail
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from liquid.ast import BlockNode, Node
from liquid.exceptions import LiquidSyntaxError
from liquid.parser import get_parser
from liquid.tag import Tag
from liquid.token import TOKEN_EXPRESSION, TOKEN_TAG

if TYPE_CHECKING:
    from typing import TextIO

    from liquid import Environment, RenderContext, Token, TokenStream

_REASON = re.compile(r"\(\s*(?:(['\"])(.*?)\1)?\s*\)\s*", re.DOTALL)
#: Braze's tags that ask the outside while a mail is made.
_OUTSIDE = ("connected_content", "catalog_items", "catalog_selection_items")


class _Parsed(Node):
    """A node that is only ever read: our own compiler prints it."""

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        """Is never called."""
        raise NotImplementedError


class AttemptNode(_Parsed):
    """A block and its fallback."""

    __slots__ = ("block", "fallback")

    def __init__(self, token: Token, block: BlockNode, fallback: BlockNode | None) -> None:
        super().__init__(token)
        self.block = block
        self.fallback = fallback
        self.blank = False


class AbortNode(_Parsed):
    """Why this person gets no mail."""

    __slots__ = ("reason",)

    def __init__(self, token: Token, reason: str) -> None:
        super().__init__(token)
        self.reason = reason
        self.blank = False


class AttemptTag(Tag):
    """`attempt`, with or without `fallback`."""

    name = "attempt"
    end = "endattempt"

    def parse(self, stream: TokenStream) -> Node:
        """Reads both blocks."""
        token = stream.eat(TOKEN_TAG)
        parse_block = get_parser(self.env).parse_block
        block = parse_block(stream, frozenset({"fallback", self.end}))
        fallback = None
        if stream.current.is_tag("fallback"):
            next(stream)
            fallback = parse_block(stream, frozenset({self.end}))
        stream.expect(TOKEN_TAG, value=self.end)
        return AttemptNode(token, block, fallback)


class AbortTag(Tag):
    """`abort_message`, with or without a reason."""

    name = "abort_message"
    block = False

    def parse(self, stream: TokenStream) -> Node:
        """Reads the reason."""
        token = stream.current
        reason = None
        if stream.peek.kind == TOKEN_EXPRESSION:
            next(stream)
            reason = _REASON.fullmatch(stream.current.value)
        if not reason:
            raise LiquidSyntaxError("abort_message takes a reason in quotes: {% abort_message('why') %}", token=token)
        return AbortNode(token, reason[2] or "")


class OutsideTag(Tag):
    """What asks the outside, refused."""

    block = False

    def parse(self, stream: TokenStream) -> Node:
        """Says what to do instead."""
        raise LiquidSyntaxError(
            f"{stream.current.value} asks a server for each mail; import the data and use its fields",
            token=stream.current,
        )


def register(environment: Environment) -> None:
    """Makes the environment know them."""
    environment.add_tag(AttemptTag)
    environment.add_tag(AbortTag)
    for name in _OUTSIDE:
        environment.tags[name] = OutsideTag(environment)
