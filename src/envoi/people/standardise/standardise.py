"""A project's rules at the door: raw records in standard form, each with what it was and the rule that changed it."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import msgspec

from envoi.events.values import Unfit, text
from envoi.people.standardise.rule import Otherwise, standard

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from envoi.events.clean import Raw
    from envoi.people.standardise.address import ParseAddress
    from envoi.people.standardise.base import Standard
    from envoi.people.standardise.date import Order
    from envoi.people.standardise.rule import Rule

    #: What a field was, by its path, and the rule that changed it.
    Was = dict[str, tuple[Any, str]]

#: A property of that name, and a key of that kind, are one thing: both are put in the same form.
_KEYS = frozenset({"email", "phone"})


class Standardise:
    """Puts raw records in standard form; what it learns of a value it keeps."""

    def __init__(self, rules: Iterable[Bound]) -> None:
        """Takes the rules, each with what it does."""
        self._rules = tuple(rules)
        self._of_source: dict[str, tuple[Bound, ...]] = {}

    @classmethod
    def of(
        cls,
        rules: Iterable[Rule],
        *,
        parse_address: ParseAddress | None = None,
        orders: Mapping[str, Order] | None = None,
    ) -> Standardise | None:
        """What does all these rules; None if there are none. `orders` has the order of dates by field, where known.

        Raises:
            DataError: one is of addresses, and nothing is there to parse them.
        """
        known = orders or {}
        bound = [Bound(rule, standard(rule, parse_address=parse_address, order=known.get(rule.path))) for rule in rules]
        return cls(bound) if bound else None

    def __call__(self, raw: Raw) -> Raw:
        """The record in standard form; with a fault where a rule sets aside what has none."""
        rules = self._of_source.get(raw.source)
        if rules is None:
            rules = self._of_source[raw.source] = tuple(each for each in self._rules if each.is_of(raw.source))
        props, keys, was = raw.props, raw.keys, cast("Was", {})
        try:
            for rule in rules:
                props = rule.in_props(props, was)
                if rule.is_key:
                    keys = rule.in_keys(keys, was)
        except Unfit as unfit:
            return msgspec.structs.replace(raw, fault=str(unfit))
        return msgspec.structs.replace(raw, props=props, keys=keys, was=was) if was else raw


class Bound:
    """A rule with what it does to a text."""

    def __init__(self, rule: Rule, standard: Standard) -> None:
        """Takes both."""
        self._rule, self._standard = rule, standard
        self._path = tuple(rule.path.split("."))
        self._into = tuple(rule.into.items())
        self.is_key = rule.path in _KEYS

    def is_of(self, source: str) -> bool:
        """Whether the rule is for what comes from there."""
        return self._rule.source in ("", source)

    def in_props(self, props: Mapping[str, object], was: Was) -> Mapping[str, object]:
        """The properties with the field in standard form; the same ones if that changes nothing."""
        return self._below(props, self._path, "", was)

    def in_keys(self, keys: Mapping[str, object], was: Was) -> Mapping[str, object]:
        """The keys with the one of that name in standard form; parts of it are for properties only."""
        value = keys.get(self._rule.path)
        changed, _ = self._changed(value, f"keys.{self._rule.path}", was)
        if changed is value:
            return keys
        left = {**keys, self._rule.path: changed}
        if changed is None and not any(each is not None for each in left.values()):
            # Who it was is not known any more, and this is why.
            raise Unfit(was[f"keys.{self._rule.path}"][1].partition(": ")[2], value).within(self._rule.path)
        return left

    def _below(self, values: Mapping[str, object], path: tuple[str, ...], above: str, was: Was) -> Mapping[str, object]:
        name, *rest = path
        value = values.get(name)
        if value is None:
            return values
        place = above + name
        if not rest:
            return self._here(values, name, place, was)
        inner = self._inner(value, tuple(rest), place, was)
        return values if inner is value else {**values, name: inner}

    def _inner(self, value: object, path: tuple[str, ...], place: str, was: Was) -> object:
        if isinstance(value, dict):
            return self._below(value, path, f"{place}.", was)
        if isinstance(value, list):
            items = [self._inner(item, path, f"{place}.{n}", was) for n, item in enumerate(value)]
            return value if all(new is old for new, old in zip(items, value, strict=True)) else items
        return value

    def _here(self, values: Mapping[str, object], name: str, place: str, was: Was) -> Mapping[str, object]:
        value = values[name]
        changed, parts = self._changed(value, place, was)
        news = {to: parts[part] for part, to in self._into if parts.get(part) and values.get(to) != parts[part]}
        if changed is value and not news:
            return values
        for to in news:
            # A part takes the place of what the source says of the same thing, which is kept as well.
            was.setdefault(place.removesuffix(name) + to, (values.get(to), self._rule.kind.value))
        made = {**values, name: changed, **news}
        if changed is None:
            del made[name]
        return made

    def _changed(self, value: object, place: str, was: Was) -> tuple[object, Mapping[str, str]]:
        """The value in standard form, None if it is left out, and its parts; `was` gets what it was."""
        written = value if type(value) is str else _written(value)
        if not written or written.isspace():
            return value, {}
        clean = self._standard(written)
        if not clean.fault:
            if clean.value != value:
                was[place] = value, self._rule.kind.value
            return (value if clean.value == value else clean.value), clean.parts
        if self._rule.otherwise is Otherwise.SET_ASIDE:
            raise Unfit(clean.fault.partition(": ")[0], value).within(place)
        was[place] = value, f"{self._rule.kind}: {clean.fault}"
        return (value if self._rule.otherwise is Otherwise.KEEP else None), {}


def _written(value: object) -> str:
    """A number as it reads; what is neither text nor number has no standard form to be put in."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    try:
        return text(value)
    except Unfit:
        return ""
