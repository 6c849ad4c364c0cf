"""What a form may speak of: the names of the tracking plan, what can be asked of each, and how a new rule begins."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from envoi.conditions.tree import Function, Op, Unit
from envoi.events.catalogue import Kind
from envoi.events.event import CONSENT, MODEL, Name
from envoi.hosts.web.builder.node import Node

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from envoi.conditions.definitions import Definitions
    from envoi.reports.fields import Filled

_ORDER = (Op.EQ, Op.NE, Op.LT, Op.LE, Op.GT, Op.GE, Op.BETWEEN)
_CHOICE = (Op.IN, Op.NOT_IN)
_TEXTS = (Op.CONTAINS, Op.STARTS, Op.ENDS, Op.MATCHES)
_PRESENCE = (Op.MISSING, Op.PRESENT)
#: What can be asked of each kind, the usual first.
OPS: Mapping[str, tuple[Op, ...]] = {
    Kind.TEXT: (Op.EQ, Op.NE, *_CHOICE, *_TEXTS, *_PRESENCE),
    Kind.NUMBER: (*_ORDER, *_CHOICE, *_PRESENCE),
    Kind.BOOLEAN: (Op.EQ, Op.NE, *_PRESENCE),
    Kind.TIME: (*_ORDER, *_PRESENCE),
    Kind.DATE: (*_ORDER, *_PRESENCE),
}
#: How values of each kind are written.
SORTS = {Kind.TEXT: "text", Kind.NUMBER: "number", Kind.BOOLEAN: "truth", Kind.TIME: "day", Kind.DATE: "day"}
#: Of which event each group of tests is, by its name.
EVENT_OF = {
    "where": "event",
    "had": "event",
    "after": "after_event",
    "then_where": "then_event",
    "left_where": "left_event",
    "left_after": "left_after_event",
    "right_where": "right_event",
    "right_after": "right_after_event",
}
#: What Envoi writes by itself comes after what the business sends.
_OWN = frozenset(Name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """Everything there is to choose from."""

    definitions: Definitions
    #: How often each event happened.
    happened: Mapping[str, int] = field(default_factory=dict)
    #: How a property of an event is filled, or with an empty event a field of people.
    filled: Callable[[str, str], Filled | None] = lambda *_: None
    #: The name of the segment that is being edited: it cannot be built on itself.
    name: str = ""

    @property
    def events(self) -> list[str]:
        """The events of the plan and of history, the most frequent first."""
        known = self.definitions.catalogue.events
        return sorted(known, key=lambda name: (name in _OWN, -self.happened.get(name, 0), name))

    def properties(self, event: str) -> dict[str, Kind]:
        """What an event carries, fields of its line items too."""
        plan = self.definitions.catalogue.events.get(event)
        found = {path: planned.kind for path in plan.paths() if (planned := plan.find(path))} if plan else {}
        return {path: kind for path, kind in found.items() if kind is not Kind.ITEMS}

    def numbers(self, event: str) -> dict[str, Kind]:
        """What of it can be added up."""
        return {path: kind for path, kind in self.properties(event).items() if kind is Kind.NUMBER}

    @property
    def traits(self) -> dict[str, Kind | None]:
        """The fields of people; of one that is worked out from others nobody knows the kind."""
        known = self.definitions.catalogue.traits
        plain = {name: one.kind for name, one in known.items() if not name.startswith((CONSENT, MODEL))}
        return {**plain, **dict.fromkeys(self.definitions.derived)}

    @property
    def dates(self) -> list[str]:
        """The fields of people that have an anniversary."""
        return [name for name, kind in self.traits.items() if kind is Kind.DATE]

    def named(self, before: str) -> list[str]:
        """The purposes of consent, or the models."""
        return [name.removeprefix(before) for name in self.definitions.catalogue.traits if name.startswith(before)]

    @property
    def segments(self) -> list[str]:
        """The segments to build on."""
        return sorted(name for name in self.definitions.segments if name != self.name)

    @property
    def points(self) -> list[str]:
        """The points schemes."""
        return sorted(self.definitions.points)

    # -- what is asked of them

    def kind(self, event: str, path: str) -> Kind | None:
        """What a property of an event holds, or with an empty event a field of people; None if nobody knows."""
        return self.properties(event).get(path) if event else self.traits.get(path)

    def kind_of(self, rule: Node, event: str) -> Kind | None:
        """What a rule, or a test of an event, compares."""
        match rule.kind:
            case "test":
                return self.kind(event, rule.get("path"))
            case "trait":
                return self.kind("", rule.get("name"))
            case "measured" if rule.get("function") in (Function.MIN, Function.MAX):
                return self.kind(rule.get("event"), rule.get("path")) or Kind.NUMBER
            case _:
                return Kind.NUMBER

    def ops(self, kind: Kind | None, chosen: str) -> list[Op]:
        """How such values can be compared, and how they are."""
        offered = list(OPS.get(kind or "", tuple(Op)))
        return offered if chosen in offered or chosen not in set(Op) else [*offered, Op(chosen)]

    def tidied(self, node: Node, event: str = "") -> Node:
        """The form after something else was chosen: what now compares another kind of value is asked as that allows."""
        made = replace(
            node,
            parts=tuple(self.tidied(part, event) for part in node.parts),
            inner={name: self.tidied(each, node.get(EVENT_OF.get(name, ""))) for name, each in node.inner.items()},
        )
        kind = self.kind_of(node, event)
        if "was" not in node.values or kind is None or node.get("was") == kind:
            return made
        allowed = OPS.get(kind, ())
        op = node.get("op") if node.get("op") in allowed else allowed[0].value
        values = ("true",) if kind is Kind.BOOLEAN else node.values.get("value", ())
        return made.having(**{"as": SORTS.get(kind, "text"), "op": op, "value": values})

    # -- how a rule begins

    def start(self, kind: str) -> Node:
        """A rule of this kind, filled in with what is most likely, so that it says something at once."""
        event = next(iter(self.events), "")
        recent = {"event": event, "window": "last", "far": "30", "far_unit": Unit.DAYS.value}
        number = {"op": Op.GE.value, "value": "1", "as": "number"}
        of = next(iter(self.numbers(event)), "")
        starts: dict[str, dict[str, str]] = {
            "did": {**recent, "often": "once"},
            "did not": {**recent, "often": "never"},
            "measured": {**recent, **number, "function": Function.SUM if of else Function.COUNT, "path": of},
            "compared": self._rising(event),
            "since": {"event": event, "which": "last", "unit": Unit.DAYS.value, **number, "op": Op.GT, "value": "30"},
            "followed": {**recent, "then": "did not", "then_event": event, "within": "4", "within_unit": "hours"},
            "nth": {"event": event, "which": "last", "place": "2"},
            "anniversary": {"name": next(iter(self.dates), ""), "when": "next", "days": "7"},
            "member": {"segment": next(iter(self.segments), "")},
            "consent": {"name": next(iter(self.named(CONSENT)), "")},
            "model": {"name": next(iter(self.named(MODEL)), ""), **number, "value": "0.5"},
            "points": {"name": next(iter(self.points), ""), **number},
        }
        if kind in starts:
            made = Node(kind="did" if kind == "did not" else kind).having(**starts[kind])
            return replace(made, inner={"had": Node(kind="all", parts=(self._test(event),))}) if kind == "nth" else made
        if kind == "test":
            return Node(kind="test").having(path="", **self._asked(None))
        if kind in ("all", "any"):
            return Node(kind=kind, parts=(self.start("did"),))
        if kind == "text":
            return Node(kind="text").having(text=f'did "{event}"')
        name = next(iter(self.traits), "")
        return Node(kind="trait").having(name=name, **self._asked(self.kind("", name)))

    def _rising(self, event: str) -> dict[str, str]:
        count = {"function": Function.COUNT.value, "event": event, "far_unit": "days", "near_unit": "days"}
        left = {**count, "window": "last", "far": "7"}
        right = {**count, "window": "ago", "far": "14", "near": "7"}
        return {
            **{f"left_{name}": value for name, value in left.items()},
            "op": Op.GT.value,
            **{f"right_{name}": value for name, value in right.items()},
        }

    def _test(self, event: str) -> Node:
        path, kind = next(iter(self.properties(event).items()), ("", None))
        return Node(kind="test").having(path=path, **self._asked(kind))

    def _asked(self, kind: Kind | None) -> dict[str, str]:
        value = "true" if kind is Kind.BOOLEAN else ""
        return {"op": Op.EQ.value, "value": value, "as": SORTS.get(kind or Kind.TEXT, "text"), "was": kind or ""}
