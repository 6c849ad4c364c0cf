"""Reads merge tags: `*|FNAME|*`, `*|IF:TIER = "gold"|*`, `*|UPPER:CITY|*`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from typing import TYPE_CHECKING

from envoi.errors import LimitExceeded, TemplateError
from envoi.templates import tree
from envoi.templates.limits import NESTING, NODES
from envoi.templates.mailchimp import system
from envoi.templates.place import places

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from envoi.errors import Place

_CONDITION = re.compile(r"([\w:]+?)\s*(?:(==|=|!=|<>|<=|>=|<|>)\s*(.*))?", re.DOTALL)
_JOINED = re.compile(r"\s(?:AND|OR|&&|\|\|)\s+\w+\s*(?:=|!=|<|>)")
_SIGNS = {"==": "=", "<>": "!="}
_FILTERS = ("UPPER", "LOWER", "TITLE", "URL", "HTML")
#: A name of the data, as against PHP's letters: `*|DATE:BIRTHDAY:F j|*`.
_FIELD = re.compile(r"[A-Z][A-Z0-9_]{3,}")
_OPENING = re.compile(r"\*\|(\s*)([\w/])")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tag:
    text: str
    start: int
    end: int
    at: Place


@dataclass(slots=True, kw_only=True)
class _Open:
    """A block that is not closed yet."""

    kind: str
    at: Place
    test: tree.Expression
    branches: list[tuple[tree.Expression, tree.Body]] = field(default_factory=list)
    has_else: bool = False


class Reader:
    """Reads one template; `names` are the project's own names for the data."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names
        self._open: list[_Open] = []
        self._bodies: list[list[tree.Statement]] = [[]]

    def read(self, source: str) -> tree.Body:
        """The tree of a template.

        Raises:
            TemplateError: a tag does not end, means nothing, or its block is not closed.
            LimitExceeded: it is too large or nested too deep.
        """
        done, count = 0, 0
        for count, tag in enumerate(_tags(source)):
            self._text(source[done : tag.start])
            done = tag.end
            self._tag(unescape(tag.text).strip(), tag.at)
            if count > NODES:
                raise LimitExceeded(f"the template has more than {NODES:,} parts", at=tag.at)
        self._text(source[done:])
        if self._open:
            block = self._open[-1]
            raise TemplateError(f"this {block.kind} is not closed", hint=f"write *|END:{block.kind}|*", at=block.at)
        return tuple(self._bodies[0])

    def _text(self, text: str) -> None:
        if text:
            self._bodies[-1].append(tree.Text(text=text))

    def _tag(self, tag: str, at: Place) -> None:
        word, _, rest = tag.partition(":")
        if word in ("IF", "IFNOT"):
            self._begin("IF", self._condition(rest, at, negate=word == "IFNOT"), at)
        elif word == "INTERESTED":
            self._begin("INTERESTED", self._interested(rest, at), at)
        elif word == "ELSEIF" or tag.startswith("ELSE:IF:"):
            self._divide(self._condition(rest.removeprefix("IF:"), at), at)
        elif tag in ("ELSE", "ELSE:"):
            self._divide(None, at)
        elif tag in ("END:IF", "END:INTERESTED"):
            self._end(rest, at)
        else:
            self._bodies[-1].append(self._output(tag, at))

    # ---- blocks

    def _begin(self, kind: str, test: tree.Expression, at: Place) -> None:
        if len(self._open) >= NESTING:
            raise LimitExceeded(f"blocks are nested more than {NESTING} deep", at=at)
        self._open.append(_Open(kind=kind, test=test, at=at))
        self._bodies.append([])

    def _divide(self, test: tree.Expression | None, at: Place) -> None:
        """What stands before an else belongs to the last test."""
        if not self._open:
            raise TemplateError("an else outside any IF", hint="write *|IF:NAME|* before it", at=at)
        block = self._open[-1]
        if block.has_else:
            raise TemplateError("something follows the last else", hint="put *|ELSE:|* at the end of the block", at=at)
        block.branches.append((block.test, tuple(self._bodies.pop())))
        self._bodies.append([])
        if test is None:
            block.has_else = True
        else:
            block.test = test

    def _end(self, kind: str, at: Place) -> None:
        if not self._open:
            raise TemplateError(f"*|END:{kind}|* closes nothing", hint="remove it", at=at)
        block = self._open.pop()
        if block.kind != kind:
            hint = f"write *|END:{block.kind}|*"
            raise TemplateError(f"*|END:{kind}|* closes the {block.kind} on {block.at}", hint=hint, at=at)
        body = tuple(self._bodies.pop())
        branches = block.branches if block.has_else else [*block.branches, (block.test, body)]
        otherwise = body if block.has_else else ()
        self._bodies[-1].append(tree.If(branches=tuple(branches), otherwise=otherwise, at=block.at))

    def _condition(self, text: str, at: Place, *, negate: bool = False) -> tree.Expression:
        """`NAME`, or a name, a sign and a value, in quotes or not."""
        found = _CONDITION.fullmatch(text.strip())
        if not found:
            hint = 'write *|IF:NAME|* or *|IF:NAME = "value"|*'
            raise TemplateError(f"{text!r:.60} is no condition", hint=hint, at=at)
        if _JOINED.search(text):
            hint = "put one IF into another for and, write ELSEIF for or"
            raise TemplateError("a condition compares one name", hint=hint, at=at)
        name, sign, value = found[1], found[2], found[3]
        test = self._value(name, at)
        if sign:
            right = tree.Literal(value=_unquoted(value), at=at)
            test = tree.Compare(sign=_SIGNS.get(sign, sign), left=test, right=right, at=at)
        return tree.Not(value=test, at=at) if negate else test

    def _interested(self, text: str, at: Place) -> tree.Expression:
        category, colon, groups = text.partition(":")
        if not colon or not groups.strip():
            hint = "write *|INTERESTED:Category:Group|*"
            raise TemplateError("INTERESTED takes a category and its groups", hint=hint, at=at)
        wanted = tuple(each.strip() for each in groups.split(","))
        return tree.Call(function="interested", args=(self._groups(category, at), tree.Literal(value=wanted)), at=at)

    def _groups(self, category: str, at: Place) -> tree.Path:
        root, *steps = self._names.get("GROUPS", "person.groups").split(".")
        return tree.Path(root=root, steps=(*steps, category.strip()), at=at)

    # ---- values

    def _output(self, tag: str, at: Place) -> tree.Output:
        return tree.Output(value=self._value(tag, at), raw=tag.startswith("HTML:"), at=at)

    def _value(self, tag: str, at: Place) -> tree.Expression:
        """What a tag prints: a field, one of Mailchimp's own tags, or either through filters."""
        word, colon, rest = tag.partition(":")
        if tag not in self._names and colon and word in _FILTERS:
            return tree.Call(function=word, args=(self._value(rest.strip(), at),), at=at)
        if tag not in self._names and word == "DATE" and colon:
            return self._date(rest, at)
        if word == "GROUP" and rest:
            return self._groups(rest, at)
        return self._named(tag, at)

    def _date(self, layout: str, at: Place) -> tree.Expression:
        """`DATE:Y-m-d` is today; `DATE:FIELD:Y-m-d` a field."""
        name, _, rest = layout.partition(":")
        if _FIELD.fullmatch(name):
            if not rest:
                hint = f"write *|{name}|*, or *|DATE:{name}:F j, Y|*"
                raise TemplateError(f"DATE takes PHP's letters, not {name!r}", hint=hint, at=at)
            return tree.Call(function="dated", args=(self._value(name, at), tree.Literal(value=rest)), at=at)
        if not layout.strip():
            raise TemplateError("DATE takes PHP's letters", hint="write *|DATE:Y-m-d|*", at=at)
        return _today(layout, at)

    def _named(self, tag: str, at: Place) -> tree.Expression:
        if tag in self._names:
            return _path(self._names[tag], at)
        if tag in system.NEVER:
            return self._filled(tag, tree.Literal(value=False), at)
        if tag in system.DATES:
            return self._filled(tag, _today(system.DATES[tag], at), at)
        if tag in system.PATHS:
            return self._filled(tag, _path(system.PATHS[tag], at), at)
        if fault := system.unsupported(tag, at):
            raise fault
        return tree.Path(root=tag, at=at)

    @staticmethod
    def _filled(tag: str, value: tree.Expression, at: Place) -> tree.Expression:
        return tree.Call(function="system", args=(tree.Literal(value=tag), value), at=at)


def _tags(source: str) -> Iterator[_Tag]:
    """The tags of a template, in order; `*|` before anything but a name is text."""
    at = places(source)
    end = 0
    while opening := _OPENING.search(source, end):
        start = opening.start()
        end = source.find("|*", opening.end(1))
        line = source.find("\n", opening.end(1))
        again = source.find("*|", opening.end(1))
        if opening[1]:
            if 0 <= end < (line if line >= 0 else len(source)):
                name = source[start + 2 : end].strip()
                raise TemplateError("a tag begins with its name", hint=f"write *|{name:.60}|*", at=at(start))
            end = opening.end()
            continue
        if end < 0 or 0 <= line < end or 0 <= again < end - 1:
            raise TemplateError("this tag does not end", hint="close it with |*", at=at(start))
        yield _Tag(text=source[start + 2 : end], start=start, end=end + 2, at=at(start))
        end += 2


def _today(layout: str, at: Place) -> tree.Call:
    return tree.Call(function="dated", args=(tree.Path(root="now", at=at), tree.Literal(value=layout)), at=at)


def _path(dotted: str, at: Place) -> tree.Path:
    root, *steps = dotted.split(".")
    return tree.Path(root=root, steps=tuple(steps), at=at)


def _unquoted(value: str) -> str:
    value = value.strip()
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" else value
