"""All conditions as one network: equal parts are there once, and an event touches only the parts that mention it."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from envoi.conditions.tree import All, AnyOf, Not
from envoi.segments.live.atoms import formula
from envoi.segments.live.formula import Formula, atoms_of
from envoi.segments.live.handlers import Handler, handler
from envoi.segments.live.routes import Route, routes
from envoi.segments.live.slots.base import Flag
from envoi.segments.live.terms import Rule, rule, watch

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from envoi.conditions.bound import Bound
    from envoi.segments.live.slots.base import Atom, Bell, Home, Slot

#: Counted up whenever what slots remember, or how it is packed, changes: then all is judged anew from the log.
VERSION = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """Conditions, the slots that answer them, and how events come to the slots."""

    #: By name.
    rules: Mapping[str, Rule]
    #: By number.
    slots: Sequence[Slot[Any]]
    #: By the name of the event.
    routes: Mapping[str, Route]
    #: The same as functions.
    handlers: Mapping[str, Handler]
    #: By number.
    bells: Sequence[Bell]
    #: The flags and the conditions that hold of a person of whom nothing is known.
    bits: int
    mask: int
    #: Of each condition a digest, by name.
    digests: Mapping[str, str]
    #: What tells states of other conditions from those of these.
    fingerprint: int


def network(conditions: Mapping[str, Bound]) -> Network:
    """The network of these conditions; the same conditions give every part the same number in every process."""
    formulas = {name: formula(conditions[name]) for name in sorted(conditions)}
    numbers: dict[Atom, int] = {}
    homes: dict[Home, list[tuple[int, Atom]]] = {}
    for atom in (atom for each in formulas.values() for atom in atoms_of(each)):
        if atom not in numbers:
            numbers[atom] = len(numbers)
            homes.setdefault(atom.home, []).append((numbers[atom], atom))
    slots = [home.kind(number, home.inputs, atoms) for number, (home, atoms) in enumerate(homes.items())]
    numbered = {flag.number: flag for slot in slots for flag in slot.flags}
    flags = {atom: numbered[number] for atom, number in numbers.items()}
    rules = {name: rule(name, 1 << bit, each, flags) for bit, (name, each) in enumerate(formulas.items())}
    watch(rules.values())
    bits = sum(slot.base for slot in slots)
    digests = {name: digest(each) for name, each in formulas.items()}
    found = routes(slots)
    return Network(
        rules=rules,
        slots=slots,
        routes=found,
        handlers={name: handler(route) for name, route in found.items()},
        bells=_bells(slots, len(numbers)),
        bits=bits,
        mask=sum(each.bit for each in rules.values() if each.test(bits)),
        digests=digests,
        fingerprint=int(_hashed(repr(digests))[:8], 16),
    )


def digest(whole: Formula) -> str:
    """What a formula is, the same in every process: atoms are made of values that `repr` tells all about."""
    known: dict[int, str] = {}

    def of(part: Formula) -> str:
        if id(part) not in known:
            if isinstance(part, All | AnyOf):
                text = f"{type(part).__name__} {[of(one) for one in part.parts]}"
            else:
                text = f"Not {of(part.part)}" if isinstance(part, Not) else repr(part)
            known[id(part)] = _hashed(f"{VERSION} {text}")
        return known[id(part)]

    return of(whole)


def _hashed(text: str) -> str:
    return blake2b(text.encode(), digest_size=8).hexdigest()


def _bells(slots: Iterable[Slot[Any]], flags: int) -> list[Bell]:
    """Every bell in its place: those of flags are even, those of slots odd."""
    silent = Flag(0)
    bells: list[Bell] = [silent] * (2 * flags)
    for slot in slots:
        bells[slot.bell] = slot
        for flag in slot.flags:
            bells[flag.bell] = flag
    return bells
