"""Links of a compiled mail, led by way of elsewhere: each keeps its place, and its address becomes another's to choose.

`<a href="https://shop.example/{{ p.slug }}">` becomes `<a href="` + lead("https://shop.example/pear") + MARK + `">`:
what `lead` gives is the same for everyone who has this address there, so texts stay texts and the rounds of loops that
many share are shared still; MARK is each mail's own, among the data. Where `lead` gives nothing the address stays.
"""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from typing import TYPE_CHECKING

from markupsafe import Markup

from envoi.templates import tree
from envoi.templates.dialect import Function

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from envoi.templates.dialect import Dialect
    from envoi.templates.limits import Run
    from envoi.templates.program import Program

    #: From an address to what a mail's mark is put behind, or nothing.
    Lead = Callable[[str], str]

#: Names among the data that no template can write: what ends each link of a mail, and what stands at its end.
MARK, TAIL = "mail mark", "mail tail"
#: Functions that no template can write: whether and where an address leads; what a value prints, escaped or not.
_LEADS, _LEAD, _MARKUP, _TEXT = " leads", " lead", " markup", " text"
#: Name for what prints an address that is decided by more than values.
_ADDRESS = "mail address"

#: The start of an element that leads somewhere; also for Outlook, within its comments.
_ELEMENT = re.compile(r"<(?:a|area|v:\w+)(?=[\s/>])", re.IGNORECASE)
#: Within it: the address, another value, its end.
_INSIDE = re.compile(r'(?P<address>\shref\s*=\s*")|(?P<value>")|(?P<end>>)', re.IGNORECASE)
_PIXEL = '<img src="%s" width="1" height="1" alt="" style="display:block;width:1px;height:1px;border:0">'
_BODY_END = re.compile(r"</body\s*>", re.IGNORECASE)


def led(template: Program, lead: Lead) -> Program:
    """The HTML template with its links led; data must bring MARK."""
    return template.rewritten(lambda body, _: _Links(lead).body(body), _functions(template.dialect, lead))


def tailed(template: Program) -> Program:
    """The HTML template with a place at the end of what is seen, for the HTML that data bring as TAIL."""
    return template.rewritten(lambda body, file: body if file else _tailed(body), {})


def pixel(url: str) -> Markup:
    """The HTML of a picture that nobody sees; the address is one of ours, and needs no escape."""
    return Markup(_PIXEL % url)  # noqa: S704


def _tailed(body: tree.Body) -> tree.Body:
    tail = tree.Output(value=tree.Path(root=TAIL), raw=True)
    for number in range(len(body) - 1, -1, -1):
        node = body[number]
        found = list(_BODY_END.finditer(node.text)) if isinstance(node, tree.Text) else []
        if isinstance(node, tree.Text) and found:
            cut = found[-1].start()
            parts = (replace(node, text=node.text[:cut]), tail, replace(node, text=node.text[cut:]))
            return (*body[:number], *parts, *body[number + 1 :])
    return (*body, tail)


def _functions(dialect: Dialect, lead: Lead) -> dict[str, Function]:
    def leads(_: Run, *printed: str) -> bool:
        return bool(lead(unescape("".join(printed))))

    def head(_: Run, *printed: str) -> str:
        return lead(unescape("".join(printed)))

    def markup(_: Run, value: object) -> str:
        return dialect.markup(value)

    def text(_: Run, value: object) -> str:
        return dialect.text(value)

    calls: dict[str, Callable[..., object]] = {_LEADS: leads, _LEAD: head, _MARKUP: markup, _TEXT: text}
    return {name: Function(call=call) for name, call in calls.items()}


class _Links:
    """Reads the texts of a body as HTML, which goes on from one to the next around what is printed between them."""

    def __init__(self, lead: Lead) -> None:
        self._lead = lead

    def body(self, body: tree.Body) -> tree.Body:
        """The body, its links led; one whose address does not end where it began is left alone."""
        made: list[tree.Statement] = []
        state, rest = "outside", list(body)
        while rest:
            node = rest.pop(0)
            if not isinstance(node, tree.Text):
                made.append(self._inner(node) if state == "outside" else node)
                continue
            start = self._address(node.text, state)
            if isinstance(start, str):
                made.append(node)
                state = start
                continue
            address = _address_of(replace(node, text=node.text[start:]), rest)
            made.append(replace(node, text=node.text[:start]))
            if address is None:
                made.append(replace(node, text=node.text[start:]))
                state = "outside"
                continue
            parts, after, used = address
            made.extend(self._leading(parts))
            rest[:used] = [after]
            state = "value"
        return _joined(made)

    def _inner(self, node: tree.Statement) -> tree.Statement:
        """The same with the links in the bodies that it holds."""
        if isinstance(node, tree.Text | tree.Output | tree.Do | tree.Include):
            return node
        return tree.rebuilt(node, self._part)

    def _part(self, part: object) -> object:
        if isinstance(part, tuple) and part:
            if all(isinstance(each, tree.STATEMENTS) for each in part):
                return self.body(part)
            return tuple(self._part(each) for each in part)
        return part

    @staticmethod
    def _address(text: str, state: str) -> int | str:
        """Where in a text the first address begins; if there is none, the state at its end."""
        position = 0
        while True:
            if state == "outside":
                start = _ELEMENT.search(text, position)
                if not start:
                    return state
                position, state = start.end(), "inside"
            elif state == "value":
                end = text.find('"', position)
                if end < 0:
                    return state
                position, state = end + 1, "inside"
            else:
                found = _INSIDE.search(text, position)
                if not found:
                    return state
                if found["address"]:
                    return found.end()
                position, state = found.end(), "value" if found["value"] else "outside"

    def _leading(self, parts: list[tree.Statement]) -> Iterator[tree.Statement]:
        """What prints the address that these printed, by way of elsewhere."""
        mark = tree.Output(value=tree.Path(root=MARK), raw=True)
        if all(isinstance(each, tree.Text) for each in parts):
            text = "".join(each.text for each in parts if isinstance(each, tree.Text))
            head = self._lead(unescape(text))
            yield from (tree.Text(text=head), mark) if head else parts
            return
        if all(isinstance(each, tree.Text | tree.Output) for each in parts):
            printed = tuple(_printed(each) for each in parts)
            otherwise: tree.Body = tuple(parts)
        else:
            # What decides by more than values is printed first, and looked at then.
            yield tree.Capture(name=_ADDRESS, body=tuple(parts))
            printed = (tree.Path(root=_ADDRESS),)
            otherwise = (tree.Output(value=tree.Path(root=_ADDRESS), raw=True),)
        led_there = (tree.Output(value=tree.Call(function=_LEAD, args=printed), raw=True), mark)
        yield tree.If(branches=((tree.Call(function=_LEADS, args=printed), led_there),), otherwise=otherwise)


def _address_of(first: tree.Text, rest: list[tree.Statement]) -> tuple[list[tree.Statement], tree.Text, int] | None:
    """What prints an address that begins with `first`, the text after it, and how many of the rest were used."""
    parts: list[tree.Statement] = []
    for used, node in enumerate([first, *rest]):
        if isinstance(node, tree.Text) and '"' in node.text:
            end = node.text.index('"')
            return [*parts, replace(node, text=node.text[:end])], replace(node, text=node.text[end:]), used
        parts.append(node)
    return None


def _printed(node: tree.Statement) -> tree.Expression:
    if isinstance(node, tree.Output):
        return tree.Call(function=_TEXT if node.raw else _MARKUP, args=(node.value,), at=node.at)
    return tree.Literal(value=node.text if isinstance(node, tree.Text) else "")


def _joined(nodes: list[tree.Statement]) -> tree.Body:
    """Texts that follow each other as one, and none that is empty."""
    made: list[tree.Statement] = []
    for node in nodes:
        last = made[-1] if made else None
        if not isinstance(node, tree.Text):
            made.append(node)
        elif isinstance(last, tree.Text):
            made[-1] = replace(last, text=last.text + node.text)
        elif node.text:
            made.append(node)
    return tuple(made)
