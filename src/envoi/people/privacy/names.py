"""By what a person is known in a project, and where else that stands: in others' events, in links, in records."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, urlsplit

import msgspec

from envoi.events.event import Name, PersonId, Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from envoi.events.event import Event, Stored

#: What stands in place of an address that was taken out of somebody else's record.
TAKEN_OUT = "[erased]"
#: Keys and traits that reach a person, and so tell who it is wherever they stand.
_REACHING = ("email", "phone")
_DIGITS = re.compile(r"\D")
#: A number of fewer digits is no phone's, and an id of fewer letters stands in texts by chance.
_FEWEST_DIGITS, _FEWEST_LETTERS = 7, 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """A person's ids, and the addresses and phone numbers that were theirs at any time."""

    people: frozenset[PersonId]
    addresses: frozenset[str]

    def __or__(self, other: Names) -> Names:
        """What both know."""
        return Names(people=self.people | other.people, addresses=self.addresses | other.addresses)

    def are_in(self, text: str) -> bool:
        """Whether a text holds one of the addresses, in whatever letters, or as a link has it."""
        lower = text.casefold()
        return any(each in lower or quote(each, safe="").casefold() in lower for each in self.addresses)

    def are_in_link(self, url: str) -> bool:
        """Whether a link leads to something of the person's: by their address, or an id as the value of a parameter.

        >>> names = Names(people=frozenset({PersonId("17")}), addresses=frozenset({"ada@example.org"}))
        >>> [names.are_in_link(f"https://shop.example/{rest}") for rest in ("?c=17", "?to=ada%40example.org", "17")]
        [True, True, False]
        """
        if self.are_in(url):
            return True
        try:
            values = {value for _, value in parse_qsl(urlsplit(url).query)}
        except ValueError:
            return False
        return not values.isdisjoint(self._ids())

    def are_in_record(self, raw: str) -> bool:
        """Whether a record that was set aside is of this person: by an address, or an id where a record has its ids."""
        if self.are_in(raw):
            return True
        try:
            fields = msgspec.json.decode(raw)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return any(len(each) >= _FEWEST_LETTERS and _stands_in(each, raw) for each in self._ids())
        ids = self._ids()
        return any(str(value) in ids for key, value in _leaves(fields) if key.lower().replace("_", "").endswith("id"))

    def taken_out(self, value: Value) -> Value:
        """A value of somebody else's event without the addresses in it."""
        if isinstance(value, str):
            return self.out_of(value)
        if isinstance(value, list):
            return [self.taken_out(each) for each in value]
        if isinstance(value, dict):
            return {key: self.taken_out(each) for key, each in value.items()}
        return value

    def out_of(self, text: str) -> str:
        """A text without the addresses in it.

        >>> Names(people=frozenset(), addresses=frozenset({"ada@example.org"})).out_of("550 <Ada@Example.org> unknown")
        '550 <[erased]> unknown'
        """
        for each in sorted(self.addresses, key=len, reverse=True):
            for form in (each, quote(each, safe="")):
                text = re.sub(re.escape(form), TAKEN_OUT, text, flags=re.IGNORECASE)
        return text

    def _ids(self) -> set[str]:
        """The ids as their owner writes them, without the kind of key that Envoi puts before some."""
        return {form for each in self.people for form in (each, each.partition(":")[2]) if form}


def names_of(people: Iterable[PersonId], stored: Iterable[Stored], addresses: Iterable[str] = ()) -> Names:
    """What a person's own events, and other addresses that are known to be theirs, say of their names."""
    found = {each.casefold() for each in addresses if each}
    ids = set(people)
    for kind, _, value in (each.partition(":") for each in ids):
        if kind in _REACHING and value:
            found.add(value.casefold())
    for one in stored:
        found |= {value.casefold() for value in _reaching(one.event)}
    return Names(people=frozenset(ids), addresses=frozenset(each for each in found if _reaches(each)))


def is_own(event: Event, names: Names) -> bool:
    """Whether somebody else's event says that an address of these names is theirs too: in a household it may be."""
    return any(value.casefold() in names.addresses for value in _reaching(event))


def _reaching(event: Event) -> Iterator[str]:
    yield from (event.keys[kind] for kind in _REACHING if kind in event.keys)
    said: Mapping[str, Value] = event.props if event.name == Name.PROFILE_UPDATED else {}
    yield from (value for kind in _REACHING if isinstance(value := said.get(kind), str))
    for path, (value, _) in event.raw.items():
        if path.rpartition(".")[2] in _REACHING and isinstance(value, str):
            yield value
    if isinstance(recipient := event.props.get("recipient"), str) and event.name.startswith("Email "):
        yield recipient


def _reaches(text: str) -> bool:
    return "@" in text or len(_DIGITS.sub("", text)) >= _FEWEST_DIGITS


def _stands_in(name: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None


def _leaves(value: object, key: str = "") -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        for name, each in value.items():
            yield from _leaves(each, str(name))
    elif isinstance(value, list):
        for each in value:
            yield from _leaves(each, key)
    else:
        yield key, value
