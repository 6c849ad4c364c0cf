"""Which branches of a mail a person takes: its template once more, with a mark at the head of each.

A branch is what an `if` or an `else` prints, one round or none of a loop, and what stands in for a part that failed;
also to print nothing because no test holds.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from envoi.errors import TemplateError
from envoi.templates import tree
from envoi.templates.dialect import Function

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from envoi.errors import Place
    from envoi.templates.mail import MailTemplate
    from envoi.templates.tags import Tags

#: The function that marks; no author can write its name.
_MARK = " mark"
#: A tag is cut at so many letters.
_LONGEST = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """One way through a template."""

    #: Where its author wrote it; a partial's has the partial's name as its file.
    at: Place
    #: The tag that leads to it, on one line: `{% elsif person.tier == "gold" %}`.
    tag: str
    #: What it is to the tag, if not what the tag asks for: "else of".
    of: str = ""
    #: Whether there is anything in it; an `if` without an `else` has a branch that nobody wrote.
    is_written: bool = True

    def __str__(self) -> str:
        """As people read it."""
        return f"{self.of} {self.tag}".lstrip()


class Branches:
    """The branches of a mail."""

    def __init__(self, template: MailTemplate) -> None:
        """Compiles the template with its marks."""
        self._sources = {"": template.whole.source, **template.language.partials}
        self._tags = template.language.tags
        self._numbers: dict[Branch, int] = {}
        self._taken: set[int] = set()
        reached = template.whole.reached()
        mark = Function(call=lambda _run, number: self._taken.add(number), pure=False)
        self._program = template.whole.rewritten(
            lambda body, file: tree.change(body, partial(self._marked, file)) if file in {"", *reached} else body,
            {_MARK: mark},
        )

    @property
    def all(self) -> Sequence[Branch]:
        """Those that somebody may take; `taken` has their numbers."""
        return list(self._numbers)

    def taken(self, data: Mapping[str, object]) -> frozenset[int]:
        """The branches that these data lead through; where they break the template, those before.

        >>> from envoi.templates.mail import parse_mail
        >>> of = Branches(parse_mail("<mjml><mj-head><mj-title>{% if gold %}Gold{% else %}Hi{% endif %}</mj-title>"
        ...     "</mj-head><mj-body></mj-body></mjml>"))
        >>> [str(of.all[number]) for number in of.taken({"gold": False})]
        ['else of {% if gold %}']
        """
        self._taken.clear()
        with suppress(TemplateError):
            self._program.render(data)
        return frozenset(self._taken)

    def _marked(self, file: str, node: tree.Node) -> tree.Node:
        if isinstance(node, tree.If):
            return self._if(file, node)
        if isinstance(node, tree.For) and node.at.line:
            some, none = self._mark(file, node.at), self._mark(file, node.at, of="nothing in", body=node.otherwise)
            return replace(node, body=(some, *node.body), otherwise=(none, *node.otherwise))
        if isinstance(node, tree.Attempt):
            return replace(node, otherwise=(self._mark(file, node.at, of="fallback of"), *node.otherwise))
        return node

    def _if(self, file: str, node: tree.If) -> tree.Node:
        """Its branches; one that a front end made up has no place, and nobody asks for it."""
        (first, _), *_ = node.branches
        places = [node.at if test is first and not test.at.line else test.at for test, _ in node.branches]
        branches = [
            (test, (self._mark(file, at), *body) if at.line and (body or test.at.line) else body)
            for at, (test, body) in zip(places, node.branches, strict=True)
        ]
        otherwise = node.otherwise
        # That of a `when` is another `when`, which tells for itself.
        if node.at.line:
            otherwise = (self._mark(file, *places, of="else of", body=otherwise), *otherwise)
        return replace(node, branches=tuple(branches), otherwise=otherwise)

    def _mark(self, file: str, *places: Place, of: str = "", body: tree.Body | None = None) -> tree.Do:
        """A mark for a branch; an `else` is at the last of the tests before it, and named after the first."""
        first, at = (replace(each, file=each.file or file) for each in (places[0], places[-1]))
        tag = tag_at(self._sources.get(first.file, ""), first, self._tags)
        branch = Branch(at=at, tag=tag, of=of, is_written=body is None or bool(body))
        number = self._numbers.setdefault(branch, len(self._numbers))
        return tree.Do(value=tree.Call(function=_MARK, args=(tree.Literal(value=number),)))


def tag_at(source: str, at: Place, tags: Tags) -> str:
    r"""What stands at a place: its tag or, of a tag that goes over several lines, the line.

    >>> from envoi.errors import Place
    >>> from envoi.templates.tags import TAGS
    >>> tag_at("Hi {% if person.vip %}you{% endif %}", Place(line=1, column=10), TAGS["liquid"])
    '{% if person.vip %}'
    >>> tag_at("%%[ set @n = 1\n  if @n == 1 then ]%%", Place(line=2, column=6), TAGS["ampscript"])
    'if @n == 1 then ]%%'
    """
    lines = source.splitlines(keepends=True)
    if not 0 < at.line <= len(lines):
        return ""
    start = sum(map(len, lines[: at.line - 1]))
    offset, end = start + max(at.column, 1) - 1, start + len(lines[at.line - 1])
    for tag in tags.pattern.finditer(source):
        if tag.start() <= offset < tag.end():
            start, end = max(start, tag.start()), min(end, tag.end())
            break
    found = " ".join(source[start:end].split())
    return found if len(found) <= _LONGEST else f"{found[: _LONGEST - 1]}…"
