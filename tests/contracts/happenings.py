"""Events for the contract suites: a few made by hand, and many drawn."""

from __future__ import annotations

from hypothesis import strategies as st

from envoi.clock import Instant
from envoi.events.event import Event, PersonId, Rejected, Stored, Value

Happening = tuple[PersonId, Event]

NOON = Instant(1_500_000_000_000_000)
#: Half a surrogate pair: Python takes it for text, and no file can hold it.
HALF = "\ud83d"


def happening(number: object, /, person: str = "p1", **fields: object) -> Happening:
    """An event of the person, with what `fields` says and plain values for the rest."""
    plain = {"source": "web", "name": "Page Viewed", "keys": {"user_id": person}, "at": NOON, "seen_at": NOON}
    return PersonId(person), Event(id=str(number), **{**plain, **fields})  # type: ignore[arg-type]


def stored(*happenings: Happening, after: int = 0) -> list[Stored]:
    """The events as a log gives them back, numbered from `after` on."""
    return [Stored(seq=seq, person=who, event=event) for seq, (who, event) in enumerate(happenings, after + 1)]


def rejected(place: str, source: str = "web") -> Rejected:
    """A record set aside."""
    return Rejected(source=source, place=place, reason="it has no time", raw="{}", seen_at=NOON)


#: A few paths that meet each other as names and as ways through objects, and any others.
_names = st.sampled_from(["a", "b", "A", "a.b", "total", "é", 'say "hi"', "^"]) | st.text(min_size=1, max_size=3)
_numbers = (
    st.integers(-(10**15), 10**15) | st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from([0.1, 2.5])
)
_plain = st.none() | st.booleans() | _numbers | st.text(max_size=4)
values: st.SearchStrategy[Value] = st.recursive(
    _plain,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_names, inner, max_size=3),
    max_leaves=6,
)
properties = st.dictionaries(_names, values, max_size=4)

#: Few persons, ids and sources, so that the same ones come again.
drawn = st.builds(
    happening,
    st.sampled_from(["1", "2", "3", "", "ü", "\0"]),
    st.sampled_from(["p1", "p2", "email:ada@example.org"]),
    source=st.sampled_from(["web", "tills"]),
    name=st.sampled_from(["Order Completed", "Page Viewed"]),
    at=st.integers(0, 5),
    props=properties,
)
