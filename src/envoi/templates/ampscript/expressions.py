"""Parses AMPscript's expressions: values, comparisons, and calls with the right number of values."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from markupsafe import Markup

from envoi.errors import TemplateError, did_you_mean
from envoi.templates import tree
from envoi.templates.ampscript.cloud import CLOUD, VENDOR_NAMES
from envoi.templates.ampscript.functions import ATTRIBUTE, KNOWN, LOOKUPS
from envoi.templates.ampscript.values import LEAST, MOST
from envoi.templates.limits import DEPTH

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envoi.errors import Place
    from envoi.templates.ampscript.lexer import Token
    from envoi.templates.ampscript.reader import Reader

_HTML = re.compile(r"</?[a-z!][^>]*>|&(?:#\d+|#x[0-9a-f]+|[a-z]+\d*);", re.IGNORECASE)
_CONSTANTS = {"true": True, "false": False}
_SIGNS = ("==", "!=", "<", ">", "<=", ">=")
#: Names of the vendor for what every mail of Envoi has.
OURS = {
    "emailaddr": "person.email",
    "unsub_center_url": "unsubscribe_url",
    "subscription_center_url": "unsubscribe_url",
    "profile_center_url": "unsubscribe_url",
    "member_busname": "shop.name",
    "member_addr": "shop.address",
}
#: When the mail is sent, as formats of that date.
_TIMES = {
    "xtmonth": "MMMM", "xtmonthnumeric": "%M", "xtday": "%d", "xtdayofweek": "dddd", "xtyear": "yyyy",
    "xtshortdate": "d", "xtlongdate": "D", "xtmonthname": "MMMM",
}  # fmt: skip


class Expressions:
    """The parser of expressions; `names` are the project's, by the vendor's or an author's name in small letters."""

    def __init__(self, reader: Reader, names: Mapping[str, str], *, escapes: bool) -> None:
        """With `escapes`, what an author wrote as HTML is kept from being escaped."""
        self._reader = reader
        self._names = names
        self._escapes = escapes

    def expression(self) -> tree.Expression:
        """One value: `or` binds least, then `and`, `not`, the signs."""
        self._reader.deeper(DEPTH, "an expression")
        at, parts = self._reader.at(), [self._both()]
        while self._reader.take_if("name", "or"):
            parts.append(self._both())
        self._reader.shallower()
        return parts[0] if len(parts) == 1 else tree.Or(parts=tuple(parts), at=at)

    def attribute(self, name: str, at: Place) -> tree.Expression:
        """What the data have under a name: the project's name for it, ours, the time, or the name itself."""
        lower = name.lower()
        ours = self._names.get(lower) or OURS.get(lower)
        if ours:
            root, *steps = ours.split(".")
            return tree.Path(root=root, steps=tuple(steps), at=at)
        if lower in _TIMES:
            now = tree.Call(function="now", at=at)
            return tree.Call(function="format", args=(now, tree.Literal(value=_TIMES[lower])), at=at)
        if lower in VENDOR_NAMES:
            hint = "say in the project's names what it is here, or remove it"
            raise TemplateError(f"Envoi has nothing for %%{name}%%", hint=hint, at=at)
        root, *steps = name.split(".")
        path = tree.Path(root=root, steps=tuple(steps), at=at)
        return path if steps else tree.Call(function=ATTRIBUTE, args=(path, tree.Literal(value=name)), at=at)

    def call(self, name: Token) -> tree.Expression:
        """A function and its values, from its name on.

        Raises:
            TemplateError: there is no such function here, or it takes other values.
        """
        at = self._reader.at(name)
        self._reader.need("sign", "(", hint=f"write {name.text}(...)")
        args: list[tree.Expression] = []
        while not self._reader.sees("sign", ")"):
            if args:
                self._reader.need("sign", ",", hint="values stand apart by a comma, and a call ends with )")
            args.append(self.expression())
        self._reader.take()
        _check_call(name.text, len(args), at)
        return self._called(name.text.lower(), args, at)

    def _called(self, function: str, args: list[tree.Expression], at: Place) -> tree.Expression:
        if function == "v":
            return args[0]
        if function == "iif":
            return tree.Choose(test=args[0], then=args[1], otherwise=args[2], at=at)
        if function == "attributevalue":
            if isinstance(args[0], tree.Literal):
                return self.attribute(str(args[0].value), at)
            return tree.Call(function=ATTRIBUTE, args=(tree.Literal(value=""), args[0]), at=at)
        if function in LOOKUPS and isinstance(args[0], tree.Literal):
            args[0] = self.attribute(str(args[0].value), at)
        return tree.Call(function=function, args=tuple(args), at=at)

    def _both(self) -> tree.Expression:
        at, parts = self._reader.at(), [self._negated()]
        while self._reader.take_if("name", "and"):
            parts.append(self._negated())
        return parts[0] if len(parts) == 1 else tree.And(parts=tuple(parts), at=at)

    def _negated(self) -> tree.Expression:
        token = self._reader.take_if("name", "not")
        if not token:
            return self._compared()
        self._reader.deeper(DEPTH, "an expression")
        negated = tree.Not(value=self._negated(), at=self._reader.at(token))
        self._reader.shallower()
        return negated

    def _compared(self) -> tree.Expression:
        at, left = self._reader.at(), self._value()
        if self._reader.sees("sign", "=", "<>"):
            right = "==" if self._reader.here.text == "=" else "!="
            raise self._reader.error(f"{self._reader.shown()} compares nothing", hint=f"write {right}")
        sign = self._reader.take_if("sign", *_SIGNS)
        return tree.Compare(sign=sign.text, left=left, right=self._value(), at=at) if sign else left

    def _value(self) -> tree.Expression:
        token = self._reader.here
        at = self._reader.at()
        if token.kind == "name" and token.text.lower() not in _CONSTANTS:
            self._reader.take()
            return self.call(token) if self._reader.sees("sign", "(") else self.attribute(token.text, at)
        if token.kind in _VALUES or token.kind == "name":
            self._reader.take()
            return self._one(token, at)
        if self._reader.take_if("sign", "("):
            inner = self.expression()
            self._reader.need("sign", ")", hint="each ( needs its )")
            return inner
        raise self._reader.error(
            f"a value is missing before {self._reader.shown()}", hint='write a @name, a "text" or a number'
        )

    def _one(self, token: Token, at: Place) -> tree.Expression:
        if token.kind == "string":
            quote = token.text[0]
            return self._literal(token.text[1:-1].replace(quote * 2, quote), at)
        if token.kind == "number":
            return tree.Literal(value=_number(token.text), at=at)
        if token.kind == "variable":
            return tree.Path(root=token.text.lower(), at=at)
        if token.kind == "attribute":
            return self.attribute(token.text.strip(), at)
        return tree.Literal(value=_CONSTANTS[token.text.lower()], at=at)

    def _literal(self, text: str, at: Place) -> tree.Literal:
        is_html = self._escapes and _HTML.search(text)
        return tree.Literal(value=Markup(text) if is_html else text, at=at)  # noqa: S704 - the author wrote it


_VALUES = frozenset({"string", "number", "variable", "attribute"})


def _number(digits: str) -> int | float:
    """A number of the author's; a whole one that 64 bits cannot hold is 0, as in AMPscript."""
    if "." in digits:
        return float(digits)
    return int(digits) if len(digits) < 21 and LEAST <= int(digits) <= MOST else 0  # noqa: PLR2004 - digits of 2**63


def _check_call(name: str, count: int, at: Place) -> None:
    lower = name.lower()
    if lower in CLOUD:
        proper, hint = CLOUD[lower]
        raise TemplateError(f"{proper} needs its vendor's cloud", hint=hint, at=at)
    if lower not in KNOWN:
        hint = did_you_mean(name, [proper for proper, _, _ in KNOWN.values()])
        raise TemplateError(f"there is no function {name!r}", hint=hint, at=at)
    proper, least, most = KNOWN[lower]
    if count < least or (most is not None and count > most):
        wanted = str(least) if most == least else f"at least {least}" if most is None else f"{least} to {most}"
        raise TemplateError(f"{proper} takes {wanted} value{'' if wanted == '1' else 's'}, not {count}", at=at)
