"""What the builder's buttons do: each says so in its value, as "add c.1 did" or "set c.0 value X"."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from envoi.hosts.web.builder.node import Node, changed, number_of

if TYPE_CHECKING:
    from collections.abc import Callable

    #: Makes a rule of a kind, filled in with what is likely.
    Start = Callable[[str], Node]

#: How many words each button's value has, the last of which may hold spaces.
_WORDS = {
    "add": 3,
    "where": 3,
    "set": 4,
    "also": 4,
    "remove": 2,
    "not": 2,
    "up": 2,
    "down": 2,
    "group": 2,
    "ungroup": 2,
}


def acted(root: Node, act: str, start: Start) -> Node:
    """The form after a button was pressed; what is no button of ours changes nothing."""
    verb, _, _ = act.partition(" ")
    words = act.split(" ", _WORDS.get(verb, 1) - 1)
    if len(words) != _WORDS.get(verb):
        return root
    at, *more = words[1:]
    changes: dict[str, Callable[[Node], Node | None]] = {
        "add": lambda group: replace(group, parts=(*group.parts, start(*more))),
        "where": lambda rule: _with_test(rule, *more, start=start),
        "set": lambda rule: rule.having(**{more[0]: more[1]}),
        "also": lambda rule: rule.having(**{more[0]: [*filter(None, rule.values.get(more[0], ())), more[1]]}),
        "remove": lambda _: None,
        "not": lambda rule: replace(rule, is_not=not rule.is_not),
    }
    return changed(root, at, changes[verb]) if verb in changes else _rearranged(root, verb, at)


def led_to(root: Node, act: str) -> str:
    """The id of the node at which the work goes on after a button was pressed; empty if none of ours was."""
    verb, _, rest = act.partition(" ")
    words = rest.split(" ")
    parent, _, last = words[0].rpartition(".")
    match verb:
        case "add" | "where":
            group = words[0] if verb == "add" else f"{words[0]}.{words[-1]}"
            return f"{group}.{max(_size(root, group) - 1, 0)}"
        case "remove" | "ungroup":
            return parent or words[0]
        case "up" | "down" if (n := number_of(last)) is not None:
            place = n + (1 if verb == "down" else -1)
            return f"{parent}.{min(max(place, 0), _size(root, parent) - 1)}"
        case _:
            return words[0] if verb in _WORDS else ""


def _size(root: Node, at: str) -> int:
    """How many parts the node of this id has."""
    node: Node | None = root
    for step in at.split(".")[1:]:
        if node is None:
            break
        n = number_of(step)
        node = node.inner.get(step) if n is None else node.parts[n] if n < len(node.parts) else None
    return len(node.parts) if node else 0


def _with_test(rule: Node, name: str, *, start: Start) -> Node:
    tests = rule.inner.get(name, Node(kind="all"))
    tests = replace(tests, parts=(*tests.parts, start("test")))
    return replace(rule, inner={**rule.inner, name: tests})


def _rearranged(root: Node, verb: str, at: str) -> Node:
    parent, _, last = at.rpartition(".")
    n = number_of(last)
    if not parent or n is None:
        return root
    return changed(root, parent, lambda group: _within(group, verb, n))


def _within(group: Node, verb: str, n: int) -> Node:
    parts = list(group.parts)
    if n >= len(parts):
        return group
    one = parts[n]
    match verb:
        case "up" if n:
            parts[n - 1 : n + 1] = [one, parts[n - 1]]
        case "down" if n + 1 < len(parts):
            parts[n : n + 2] = [parts[n + 1], one]
        case "group":
            parts[n] = Node(kind="any" if group.kind == "all" else "all", parts=(one,))
        case "ungroup" if one.is_group and not one.is_not:
            parts[n : n + 1] = one.parts
    return replace(group, parts=tuple(parts))
