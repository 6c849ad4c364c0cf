"""Where a name in a Handlebars template is looked up: the contexts around it, the loop, what a partial was given."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from envoi.templates import tree

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from envoi.errors import Place
    from envoi.templates.handlebars.syntax import Statement

#: What a loop tells, and how `Loop` calls it.
LOOP_WORDS = {"index": "index0", "key": "index0", "first": "first", "last": "last"}
NOTHING = tree.Literal(value=None)


@dataclass(slots=True, kw_only=True)
class Scope:
    """A context, and those around it that `../` leads to."""

    context: tree.Path
    #: What a partial was given by `key=value`: it hides what the context holds.
    given: Mapping[str, tree.Path] = field(default_factory=dict)
    parent: Scope | None = None
    #: The context is another one than the parent's, whatever the data are; only another one counts as a step of `../`.
    certain: bool = True
    #: The name of the contexts around this one, for which a body asks if that is to be found out while rendering.
    above: str = ""
    asked: bool = False
    #: The name of the context with what it was given, likewise.
    merged: str = ""
    merged_asked: bool = False
    #: Of Mustache: the contexts around the outermost one, in a partial that is found while rendering.
    beyond: tree.Expression | None = None

    def look_up(self, depth: int, parts: tuple[str, ...], at: Place) -> tree.Expression:
        """The value of a path that begins with so many `../`."""
        if depth and not self.certain:
            self.asked = True
            return tree.Path(root=self.above, steps=(depth - 1, *parts), at=at)
        if depth:
            return self.parent.look_up(depth - 1, parts, at) if self.parent else NOTHING
        if not parts:
            return self.whole(at)
        if parts[0] in self.given:
            return step(self.given[parts[0]], parts[1:], at)
        return step(self.context, parts, at)

    def whole(self, at: Place) -> tree.Expression:
        """The context with what it was given."""
        if not self.given:
            return step(self.context, (), at)
        self.merged_asked = True
        return tree.Path(root=self.merged, at=at)

    def around(self, at: Place) -> tree.Expression:
        """The contexts around this one, the nearest first."""
        if not self.certain:
            self.asked = True
            return tree.Path(root=self.above)
        if not self.parent:
            return tree.Literal(value=())
        return tree.Call(function=" pushed", args=(self.parent.whole(at), self.parent.around(at)), at=at)

    def all_contexts(self, at: Place) -> tuple[tree.Expression, ...]:
        """This context and all around it, the nearest first; the last one may be a tuple of more."""
        outer = self.parent.all_contexts(at) if self.parent else (self.beyond,) if self.beyond else ()
        return (self.whole(at), *outer)


@dataclass(slots=True, kw_only=True)
class Frame:
    """What `@index`, `@key`, `@first` and `@last` mean here, and `@../index` around here."""

    parent: Frame | None = None
    #: The name of the loop; "" if this is none.
    loop: str = ""
    #: The name of the key, if the loop may go through a mapping.
    key: str = ""
    #: It is a loop only if this holds.
    only_if: tree.Expression | None = None
    #: The names of what a partial that is found while rendering is told of the loop around it.
    told: bool = False
    loop_asked: bool = False
    key_asked: bool = False

    def look_up(self, depth: int, word: str, at: Place) -> tree.Expression:
        """What the loop, so many frames up, tells."""
        if depth:
            around = self.parent.look_up(depth - 1, word, at) if self.parent else NOTHING
            if not self.only_if or not self.parent:
                return around
            return tree.Choose(test=self.only_if, then=around, otherwise=self.parent.look_up(depth, word, at), at=at)
        if self.told:
            return tree.Path(root=f" {word}", at=at)
        outer = self.parent.look_up(0, word, at) if self.parent else NOTHING
        if not self.loop:
            return outer
        inner = self._tell(word, at)
        return tree.Choose(test=self.only_if, then=inner, otherwise=outer, at=at) if self.only_if else inner

    def _tell(self, word: str, at: Place) -> tree.Path:
        if word == "key" and self.key:
            self.key_asked = True
            return tree.Path(root=self.key, at=at)
        self.loop_asked = True
        return tree.Path(root=self.loop, steps=(LOOP_WORDS[word],), at=at)


@dataclass(slots=True, kw_only=True)
class Container:
    """The partials that a template can name just now: the project's texts, and those defined in place."""

    partials: dict[str, str | Closure]


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """All that a name can mean at one place of a template."""

    scope: Scope
    frame: Frame
    container: Container
    #: All the data.
    root: tree.Path
    #: Names after `as |`, and what gives their value.
    params: Mapping[str, Callable[[Place], tree.Expression]] = field(default_factory=dict)
    #: What `{{> @partial-block}}` prints.
    block: Closure | None = None
    #: The contexts that `../` leads to from a partial defined here: those around the body in which it stands.
    outer: Scope | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """A part of a template that another one prints: a partial defined in place, or a block given to a partial."""

    body: list[Statement]
    #: Where it stands, and so what its names mean.
    state: State
    #: The contexts around it: if it is printed in another one than the first of these, `../` leads to them.
    outer: Scope | None


def step(path: tree.Path, parts: tuple[str, ...], at: Place) -> tree.Path:
    """The way from a path."""
    if not path.root and not path.steps and parts and parts[0]:
        return tree.Path(root=parts[0], steps=parts[1:], at=at)
    return tree.Path(root=path.root, steps=(*path.steps, *parts), at=at)
