"""Says whose new events are, within the commit that puts them into the log, and keeps which keys are one person.

Where people turn out to be one by an event, the event that says so is put before it. What was settled for some keys is
remembered as long as nobody else changes the store, so the usual event costs one look into a dictionary.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from msgspec.structs import replace

from envoi.errors import Conflict, NotFound
from envoi.events.event import WHO_IS_WHO, Event, PersonId
from envoi.people.identity import kind_of, node_of, words_of
from envoi.people.link import Linker, View
from envoi.people.port import Node, Stamp
from envoi.people.regroup import Merged, Separated, as_event, change_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from envoi.people.link import Whose
    from envoi.people.port import IdentityStore
    from envoi.settings import Identity

    Happening = tuple[PersonId, Event]
    #: Kinds, then values.
    Keys = tuple[str, ...]

#: Segment's word for "these two ids are one person".
ALIAS = "Alias Created"
#: Sets of keys remembered; some two hundred bytes each.
MOST_SETTLED = 200_000

_SPECIAL = WHO_IS_WHO | {ALIAS}
_NEVER = Stamp(number=-1)


class Resolver:
    """Decides for one log; one thread uses it."""

    def __init__(self, store: IdentityStore, rules: Callable[[], Identity]) -> None:
        self._store = store
        self._rules = rules
        self._known = rules()
        self._stamp = _NEVER
        #: What was decided for these keys, where none was dropped the person alone; who turned out to be another since:
        #: see `_gone`.
        self._settled: dict[Keys, PersonId | Whose] = {}
        self._gone: dict[PersonId, PersonId] = {}
        #: The values of keys that were found to be shared meanwhile: what was settled with them before is not any more.
        self._shared: set[str] = set()

    def __call__(self, events: Sequence[Happening]) -> Sequence[Happening]:
        """The same events, each with its person, and before them what they say of who is who.

        Raises:
            NotFound: somebody asks for nodes to be given back that the person has not.
            Conflict: somebody asks for what cannot be.
        """
        stamp, rules = self._store.stamp(), self._rules()
        # Only here: within a commit, what is settled need not be looked up.
        if stamp != self._stamp or rules != self._known or len(self._settled) > MOST_SETTLED:
            self._forget(stamp)
            self._known = rules
        found, settled, gone, shared, users_too = [], self._settled, self._gone, self._shared, stamp.has_users
        for happening in events:
            event = happening[1]
            keys = event.keys
            if event.name in _SPECIAL:
                return self._decide(events)
            if len(keys) == 1 and not users_too and (user := keys.get("user_id")) and ":" not in user:
                found.append(happening)
                continue
            known = settled.get((*keys, *keys.values()) if not shared else self._key(keys))
            if known is None:
                return self._decide(events)
            if known != happening[0] or known in gone:
                happening = self._as_before(known, event)  # noqa: PLW2901
            found.append(happening)
        return found

    def _decide(self, events: Sequence[Happening]) -> list[Happening]:
        """The same where not all was settled before."""
        linker = Linker(rules=self._known, view=View(self._around(events)))
        found: list[Happening] = []
        try:
            is_whole = False
            for place, happening in enumerate(events):
                found += self._decided(happening, linker)
                if linker.view.shared or change_of(happening[1]):
                    self._unsettle(linker.view.shared)
                    if not is_whole:
                        # What was settled and is not any more has not been looked up.
                        linker.view.learn(self._around(events[place + 1 :], all_of_them=True))
                        is_whole = True
                    linker.view.shared.clear()
            if changed := linker.view.changed:
                self._store.write(list(changed.values()))
                self._stamp = self._store.stamp()
        except BaseException:
            self._forget(_NEVER)
            raise
        return found

    def _unsettle(self, shared: Sequence[PersonId]) -> None:
        """What was decided by these keys has to be decided anew; without any, all that was."""
        for node in shared:
            self._shared.add(node.removeprefix(f"{kind_of(node)}:"))
            self._part(node)
        if not shared:
            self._forget(self._stamp)

    def _part(self, node: PersonId) -> None:
        """What was settled for a person of this name, who is another now, is that one's; the name is its own again."""
        into = self._gone.pop(node, None)
        if into is None:
            return
        for keys, known in self._settled.items():
            if known == node:
                self._settled[keys] = into
            elif not isinstance(known, str) and known.person == node:
                self._settled[keys] = dataclasses.replace(known, person=into)
        for name, now in self._gone.items():
            if now == node:
                self._gone[name] = into

    def _around(self, events: Sequence[Happening], *, all_of_them: bool = False) -> list[Node]:
        """What is known around the keys of those that are not settled."""
        open_ = (event for _, event in events if all_of_them or not self._is_settled(event))
        nodes = {node for event in open_ for node in self._nodes(event)}
        return self._store.around(list(nodes)) if nodes else []

    def _decided(self, happening: Happening, linker: Linker) -> Iterator[Happening]:
        """One event, after what it says of who is who."""
        node, event = happening
        if self._is_settled(event):
            known = self._settled.get(self._key(event.keys))
            # One who has but a user id, and may have turned out to be another just before.
            yield self._as_before(known, event) if known else (linker.view.get(node).person, event)
            return
        if change := change_of(event):
            yield from self._by_word(change, event, linker)
            return
        found = linker.whose(event.keys, f"{event.name!r}")
        if found is None:
            yield happening
            return
        merges, person = list(found.merges), found.person
        if event.name == ALIAS:
            merges += self._alias(event, person, linker)
            person = linker.view.get(person).person
        for merge in merges:
            self._gone[merge.gone] = merge.into
            told = as_event(merge, cause=f"{event.source}\0{event.id}", at=event.at, seen_at=event.seen_at)
            yield merge.into, told
        if event.name not in _SPECIAL and found.lasts:
            self._settle(event.keys, found)
        yield person, _without(event, found)

    def _alias(self, event: Event, person: PersonId, linker: Linker) -> list[Merged]:
        """Whoever the event says was called something else before."""
        before = event.props.get("previous_id")
        if not isinstance(before, str) or not (before := before.strip()):
            return []
        visitor = node_of("anonymous_id", before)
        # Segment does not say which of the two it is; whoever was never seen as the one may have been as the other.
        nodes = [visitor] if linker.view.knows(visitor) else [visitor, PersonId(before)]
        because = f"an alias says that {before} is {words_of(person)}"
        usable = [node for node in nodes if not linker.nobody(node) and not linker.nobody(person)]
        return [merge for node in usable for merge in linker.same(person, node, because)]

    def _by_word(self, change: Merged | Separated, event: Event, linker: Linker) -> Iterator[Happening]:
        """What a person or a program wants: as things are now, or nothing where it is so already."""
        view = linker.view
        if isinstance(change, Separated):
            parted = _separated(replace(change, to=name_of(change.nodes, linker.rules.trust)), view)
            yield parted.person, as_event(parted, cause=event.id, at=event.at, seen_at=event.seen_at)
            return
        into, gone = view.get(change.into).person, view.get(change.gone).person
        _reconcile(view, into, gone)
        for one in linker.same(into, gone, change.because):
            self._gone[one.gone] = one.into
            merged = replace(one, score=change.score, by=change.by)
            yield one.into, as_event(merged, cause=event.id, at=event.at, seen_at=event.seen_at)

    def _is_settled(self, event: Event) -> bool:
        keys = event.keys
        if event.name in _SPECIAL:
            return False
        if len(keys) == 1 and not self._stamp.has_users and (user := keys.get("user_id")) and ":" not in user:
            return True
        return self._key(keys) in self._settled

    def _key(self, keys: Mapping[str, str]) -> Keys:
        """What was settled is found by this; differently, once more of its values were found to be shared."""
        count = sum(value in self._shared for value in keys.values()) if self._shared else 0
        return (*keys, *keys.values(), *("shared",) * count)

    def _as_before(self, known: PersonId | Whose, event: Event) -> Happening:
        person = known if isinstance(known, str) else known.person
        while person in self._gone:
            person = self._gone[person]
        return person, event if isinstance(known, str) else _without(event, known)

    def _settle(self, keys: Mapping[str, str], found: Whose) -> None:
        if any(not node_of(kind, value).endswith(value) for kind, value in keys.items()):
            # Spelled in another way than the node: it would not be found when the node is shared.
            return
        self._settled[self._key(keys)] = found if found.dropped else found.person

    def _forget(self, stamp: Stamp) -> None:
        self._stamp = stamp
        self._settled.clear()
        self._gone.clear()
        self._shared.clear()

    def _nodes(self, event: Event) -> Iterator[PersonId]:
        """All that has to be looked up."""
        for kind, value in event.keys.items():
            if value := value.strip():
                yield node_of(kind, value)
        match change_of(event):
            case Merged(into=into, gone=gone):
                yield from (into, gone)
            case Separated(person=person, nodes=nodes):
                yield from (person, *nodes)
        if event.name == ALIAS and isinstance(before := event.props.get("previous_id"), str):
            yield from (PersonId(before.strip()), node_of("anonymous_id", before.strip()))


def _without(event: Event, found: Whose) -> Event:
    """The event without the keys that say nothing of who it is; that they were there is kept."""
    if not found.dropped:
        return event
    raw = {f"keys.{kind}": (event.keys[kind], f"identity: {why}") for kind, why in found.dropped.items()}
    keys = {kind: value for kind, value in event.keys.items() if kind not in found.dropped}
    return replace(event, keys=keys, raw={**event.raw, **raw})


def _reconcile(view: View, one: PersonId, other: PersonId) -> None:
    """Forgets that somebody said that these were two people: somebody says that they are one."""
    nodes = frozenset(view.nodes_of(one)) | frozenset(view.nodes_of(other))
    for node in nodes:
        known = view.get(node)
        if nodes.intersection(known.apart):
            view.put(replace(known, apart=tuple(each for each in known.apart if each not in nodes)))


def _separated(change: Separated, view: View) -> Separated:
    """Gives the nodes back.

    Raises:
        NotFound: the person has no such node.
        Conflict: it is the node that the person is called by.
    """
    person = view.get(change.person).person
    had = view.nodes_of(person)
    if strange := [node for node in change.nodes if node not in had]:
        hint = f"it has {', '.join(had)}"
        raise NotFound(f"person {person!r} has no {' and no '.join(map(words_of, strange))}", hint=hint)
    if not change.nodes or person in change.nodes:
        hint = "name what is to be given back, and not the key that the person is called by"
        raise Conflict(f"nobody can be separated from themselves: {person!r}", hint=hint)
    to = change.to
    for node in change.nodes:
        known = view.get(node)
        apart = tuple(dict.fromkeys([*known.apart, person]))
        view.put(Node(node=node, person=to, is_shared=known.is_shared, apart=apart))
    return replace(change, person=person)


def name_of(nodes: Sequence[PersonId], trust: Sequence[str]) -> PersonId:
    """What a person with these nodes is called: by the most trusted, the first of several."""
    return min(
        nodes,
        default=PersonId(""),
        key=lambda node: trust.index(kind_of(node)) if kind_of(node) in trust else len(trust),
    )
