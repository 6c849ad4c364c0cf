"""A project's rules at the door: raw records in standard form, each with what it was and the rule that changed it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from envoi.events.values import Unfit, text
from envoi.people.standardise.rule import Otherwise, standard

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from envoi.events.clean import Raw
    from envoi.people.standardise.base import Standard
    from envoi.people.standardise.rule import Rule, Tools

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
    def of(cls, rules: Iterable[Rule], tools: Tools | None = None) -> Standardise | None:
        """What does all these rules; None if there are none.

        Raises:
            DataError: one is of addresses, and nothing is there to parse them.
        """
        bound = [Bound(rule, standard(rule, tools)) for rule in rules]
        return cls(bound) if bound else None

    def __call__(self, raw: Raw) -> Raw:
        """The record in standard form; with a fault where a rule sets aside what has none."""
        rules = self._of_source.get(raw.source)
        if rules is None:
            rules = self._of_source[raw.source] = tuple(each for each in self._rules if each.is_of(raw.source))
        props, keys = dict(raw.props), raw.keys
        was: Was = {}
        try:
            for rule in rules:
                rule.in_props(props, was)
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
        self._name = rule.kind.value
        self.is_key = rule.path in _KEYS

    def is_of(self, source: str) -> bool:
        """Whether the rule is for what comes from there."""
        return self._rule.source in ("", source)

    def in_props(self, props: dict[str, object], was: Was) -> None:
        """Puts the field in standard form; what it was goes to `was`."""
        name, *below = self._path
        value = props.get(name)
        if value is None:
            return
        if not below:
            self._here(props, name, "", was)
        else:
            props[name] = self._inner(value, tuple(below), f"{name}.", was)

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

    def _inner(self, value: object, path: tuple[str, ...], above: str, was: Was) -> object:
        """A copy of what lies above the field, with it in standard form."""
        if isinstance(value, list):
            return [self._inner(item, path, f"{above}{n}.", was) for n, item in enumerate(value)]
        name, *below = path
        if not isinstance(value, dict) or value.get(name) is None:
            return value
        copy = dict(value)
        if below:
            copy[name] = self._inner(copy[name], tuple(below), f"{above}{name}.", was)
        else:
            self._here(copy, name, above, was)
        return copy

    def _here(self, values: dict[str, object], name: str, above: str, was: Was) -> None:
        value = values[name]
        changed, parts = self._changed(value, above + name, was)
        if changed is None:
            del values[name]
        elif changed is not value:
            values[name] = changed
        for part, to in self._into:
            if (found := parts.get(part)) and values.get(to) != found:
                # A part takes the place of what the source says of the same thing, which is kept as well.
                was.setdefault(above + to, (values.get(to), self._name))
                values[to] = found

    def _changed(self, value: object, place: str, was: Was) -> tuple[object, Mapping[str, str]]:
        """The value in standard form, None if it is left out, and its parts; `was` gets what it was."""
        written = value if type(value) is str else _written(value)
        if not written or written.isspace():
            return value, {}
        clean = self._standard(written)
        if clean.value == value:
            return value, clean.parts
        if clean.value:
            was[place] = value, self._name
            return clean.value, clean.parts
        if self._rule.otherwise is Otherwise.SET_ASIDE:
            raise Unfit(clean.fault.partition(": ")[0], value).within(place)
        was[place] = value, f"{self._name}: {clean.fault}"
        return (value if self._rule.otherwise is Otherwise.KEEP else None), {}


def _written(value: object) -> str:
    """A number as it reads; what is neither text nor number has no standard form to be put in."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    try:
        return text(value)
    except Unfit:
        return ""
