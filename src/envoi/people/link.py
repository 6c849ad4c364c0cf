"""Decides whose an event is when it carries several keys: which of them are one person, and which must not be.

In the words of Segment's identity resolution: an event's keys are looked up in the order of trust. What belongs to
nobody yet is linked to the event's person; what belongs to somebody else makes two people one, unless a key that is
trusted more tells them apart, a limit is reached, or a person said that they are two. Then the key that would have
joined them is left out of the event; if two people were told apart by it, it is shared, and joins nobody from then on.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from msgspec.structs import replace

from envoi.people.blocked import blocked
from envoi.people.identity import kind_of, node_of, words_of
from envoi.people.port import Node
from envoi.people.regroup import Merged

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from envoi.events.event import PersonId
    from envoi.settings import Identity


class View:
    """What is known around the keys of some events, and what they have changed of it."""

    def __init__(self, nodes: Iterable[Node] = ()) -> None:
        self._nodes: dict[PersonId, Node] = {}
        self._groups: dict[PersonId, dict[PersonId, None]] = {}
        #: What is to be written, by node.
        self.changed: dict[PersonId, Node] = {}
        #: Nodes that were found to be shared: what was decided by them has to be decided anew.
        self.shared: list[PersonId] = []
        self.learn(nodes)

    def learn(self, nodes: Iterable[Node]) -> None:
        """Adds what else is known; of what is here already, this knows better."""
        for each in nodes:
            if each.node not in self._nodes:
                self._keep(each)

    def knows(self, node: PersonId) -> bool:
        """Whether the node has been seen; of user ids nobody keeps that, so each counts as seen."""
        return node in self._nodes or kind_of(node) == "user_id"

    def get(self, node: PersonId) -> Node:
        """The node; one that nobody knows is a person of its own."""
        return self._nodes.get(node) or Node(node=node, person=node)

    def nodes_of(self, person: PersonId) -> list[PersonId]:
        """The nodes of a person, their name first."""
        own = () if self.get(person).person != person else (person,)
        return list(dict.fromkeys([*own, *self._groups.get(person, ())]))

    def put(self, node: Node) -> None:
        """Changes a node."""
        self._groups.get(self.get(node.node).person, {}).pop(node.node, None)
        self._keep(node)
        self.changed[node.node] = node

    def _keep(self, node: Node) -> None:
        self._nodes[node.node] = node
        self._groups.setdefault(node.person, {})[node.node] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """Whose an event is."""

    person: PersonId
    #: Who turned out to be one by it, in order.
    merges: list[Merged] = field(default_factory=list)
    #: The kinds of key that say nothing of who it is, each with the reason in words.
    dropped: dict[str, str] = field(default_factory=dict)
    #: Whether it would be the same for the same keys again, whatever else becomes one.
    lasts: bool = True


@dataclass(slots=True, kw_only=True)
class Linker:
    """Links the keys of one event after another, and keeps in `view` what comes of it."""

    rules: Identity
    view: View

    def whose(self, keys: Mapping[str, str], said: str) -> Whose | None:
        """Whose an event with these keys is; `said` calls it in words. None if no key names anybody."""
        named = [(kind, node_of(kind, value)) for kind in self.rules.trust if (value := keys.get(kind, "").strip())]
        if not named:
            return None
        why = {kind: self.nobody(node) for kind, node in named}
        usable = [pair for pair in named if not why[pair[0]]]
        kind, node = usable[0] if usable else named[0]
        person = self.view.get(node).person if usable else node
        found = Whose(person=person, dropped={each: why[each] for each in why if why[each] and each != kind})
        is_new, lasts = not self.view.knows(node), True
        for other_kind, other in usable[1:]:
            person, fault = self._join(
                person, other, Bridge(other, because=f"{said} names {_both(node, other)}"), found
            )
            if fault:
                found.dropped[other_kind] = fault
                lasts = lasts and fault == _SHARED
        if is_new and node not in self.view.changed:
            self.view.put(Node(node=node, person=person))
        return Whose(person=person, merges=found.merges, dropped=found.dropped, lasts=lasts)

    def same(self, into: PersonId, other: PersonId, because: str) -> list[Merged]:
        """Makes two nodes one person at someone's word: no limit counts, only that they were not told apart before."""
        found = Whose(person=into)
        self._join(self.view.get(into).person, other, Bridge(other, because=because, is_word=True), found)
        return found.merges

    def nobody(self, node: PersonId) -> str:
        """Why this key says nothing of who it is; empty if it does."""
        kind = kind_of(node)
        value = node if kind == "user_id" else node.removeprefix(f"{kind}:")
        return blocked(kind, value, self.rules.blocked) or (_SHARED if self.view.get(node).is_shared else "")

    def _join(self, person: PersonId, node: PersonId, bridge: Bridge, found: Whose) -> tuple[PersonId, str]:
        """Makes the person and whoever the node belongs to one, if nothing is against it; else says what is."""
        other = self.view.get(node).person
        if other == person:
            return person, ""
        if fault := self._apart(person, other, bridge):
            if fault == _SHARED and other != node:
                self.view.put(replace(self.view.get(node), person=node, is_shared=True))
                self.view.shared.append(node)
            return person, fault
        into, gone = (other, person) if self._trust(other) < self._trust(person) else (person, other)
        nodes = sorted(self.view.nodes_of(gone))
        if self._has_lived(gone, bridge):
            found.merges.append(Merged(into=into, gone=gone, nodes=tuple(nodes), because=bridge.because))
        for each in nodes:
            # Somebody who says whose a shared key is, knows.
            known = self.view.get(each)
            self.view.put(replace(known, person=into, is_shared=known.is_shared and not bridge.is_word))
        return into, ""

    def _apart(self, person: PersonId, other: PersonId, bridge: Bridge) -> str:
        """Why two people are not one for all that joins them; empty if they may be."""
        one, two = self.view.nodes_of(person), self.view.nodes_of(other)
        if any(each in self.view.get(node).apart for node in two for each in one) or any(
            each in self.view.get(node).apart for node in one for each in two
        ):
            return _TOLD_APART
        if bridge.is_word:
            return ""
        kinds = _by_kind(one), _by_kind(two)
        trusted = self.rules.trust[: self._trust(bridge.node)]
        if any(kinds[0].get(kind) and kinds[1].get(kind) for kind in trusted):
            return _SHARED
        for kind, most in self.rules.limits.items():
            counts = [len(of_one.get(kind, ())) for of_one in kinds]
            if all(counts) and sum(counts) > most:
                return f"more than {most} of a kind would be one person's"
        return ""

    def _has_lived(self, person: PersonId, bridge: Bridge) -> bool:
        """Whether the log may have anything under this id."""
        return self.view.knows(person) and (kind_of(person) != "user_id" or bridge.is_word)

    def _trust(self, node: PersonId) -> int:
        kind = kind_of(node)
        return self.rules.trust.index(kind) if kind in self.rules.trust else len(self.rules.trust)


@dataclass(frozen=True, slots=True)
class Bridge:
    """The less trusted of two keys that would make two people one."""

    node: PersonId
    because: str
    #: Whether someone says so, rather than a rule.
    is_word: bool = False


_SHARED = "shared by several people"
_TOLD_APART = "separated by somebody's word"


def _both(one: PersonId, other: PersonId) -> str:
    return f"{words_of(one)} and {words_of(other)}"


def _by_kind(nodes: Iterable[PersonId]) -> dict[str, list[PersonId]]:
    found: dict[str, list[PersonId]] = {}
    for node in nodes:
        found.setdefault(kind_of(node), []).append(node)
    return found
