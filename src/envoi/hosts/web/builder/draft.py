"""What was posted to the builder, or is in the file: the form and the text, in step, and what is wrong with either."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from envoi.conditions.bind import bind
from envoi.conditions.parse import parse
from envoi.conditions.tree import All, AnyOf
from envoi.conditions.written import written
from envoi.errors import ConditionError
from envoi.hosts.web.builder.act import acted
from envoi.hosts.web.builder.node import ROOT, Node, posted
from envoi.hosts.web.builder.read import Form
from envoi.hosts.web.builder.shown import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from envoi.conditions.bound import Bound
    from envoi.conditions.definitions import Definitions
    from envoi.conditions.tree import Condition
    from envoi.hosts.web.builder.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A condition in both its shapes."""

    #: As it stands in the text.
    text: str
    #: The last text that the form followed.
    followed: str
    #: None while the text cannot be read.
    form: Node | None
    #: None while one of the two cannot be read.
    condition: Condition | None = None
    #: None while something is wrong.
    bound: Bound | None = None
    #: What is wrong in the text, with its place.
    fault: ConditionError | None = None
    #: What is wrong in the form, by the id of the node.
    faults: Mapping[str, ConditionError] = field(default_factory=dict)


def of_text(text: str, vocabulary: Vocabulary, *, followed: str = "") -> Draft:
    """The text leads; while it cannot be read, the form waits."""
    try:
        condition = parse(text)
    except ConditionError as error:
        return Draft(text=text, followed=followed, form=None, fault=error)
    return _fitted(Draft(text=text, followed=text, form=shown(condition), condition=condition), vocabulary)


def of_form(form: Node, vocabulary: Vocabulary, *, followed: str) -> Draft:
    """The form leads; while a rule in it says nothing, the text waits. A text that says the same stays as it is."""
    reading = Form()
    condition = reading.condition(form)
    if condition is None:
        return Draft(text=followed, followed=followed, form=form, faults=reading.faults)
    text = followed if _says(followed, condition) else laid_out(condition)
    return _fitted(Draft(text=text, followed=text, form=form, condition=condition), vocabulary)


def taken(fields: Mapping[str, Sequence[str]], vocabulary: Vocabulary) -> Draft:
    """What was posted: whichever of the two was changed leads, and then the button that was pressed does its work."""
    text = _one(fields, "text").replace("\r\n", "\n")
    followed = _one(fields, "followed").replace("\r\n", "\n")
    form, act = posted(fields), _one(fields, "act")
    if form is None or text != followed:
        draft = of_text(text, vocabulary, followed=followed)
        form = draft.form
        if form is None or not _is_edit(act):
            return draft
    made = vocabulary.tidied(acted(form, act, vocabulary.start))
    return of_form(made, vocabulary, followed=followed if text == followed else text)


def _one(fields: Mapping[str, Sequence[str]], name: str) -> str:
    return next(iter(fields.get(name, ())), "")


def _is_edit(act: str) -> bool:
    return " " in act


def laid_out(condition: Condition) -> str:
    """The condition as text, each of its parts on a line of its own.

    >>> print(laid_out(parse('age > 30 and (tier = "a" or tier = "b")')))
    age > 30
    and (tier = "a" or tier = "b")
    """
    if not isinstance(condition, All | AnyOf):
        return written(condition)
    word = "and" if isinstance(condition, All) else "or"
    parts = [f"({written(part)})" if isinstance(part, All | AnyOf) else written(part) for part in condition.parts]
    return f"\n{word} ".join(parts)


def _says(text: str, condition: Condition) -> bool:
    try:
        return parse(text) == condition
    except ConditionError:
        return False


def _fitted(draft: Draft, vocabulary: Vocabulary) -> Draft:
    """The draft held against the tracking plan; a fault is told at its place in the text and at the rule it is in."""
    if draft.condition is None or draft.form is None:
        return draft
    definitions = _with(vocabulary, draft.condition)
    try:
        return replace(draft, bound=bind(draft.condition, definitions, text=draft.text))
    except ConditionError as error:
        faults = dict(_misfits(draft.form, definitions, ROOT))
        return replace(draft, fault=error, faults=faults)


def _with(vocabulary: Vocabulary, condition: Condition) -> Definitions:
    """The definitions with this one in: a segment that is built on it may lead back to it."""
    definitions = vocabulary.definitions
    return replace(definitions, segments={**definitions.segments, vocabulary.name: condition})


def _misfits(node: Node, definitions: Definitions, at: str) -> Iterator[tuple[str, ConditionError]]:
    if node.is_group:
        for n, part in enumerate(node.parts):
            yield from _misfits(part, definitions, f"{at}.{n}")
        return
    condition = Form().condition(node, at)
    if condition is not None:
        try:
            bind(condition, definitions)
        except ConditionError as error:
            yield at, error
