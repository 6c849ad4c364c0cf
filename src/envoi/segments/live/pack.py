"""A person's state as bytes: two for each thing remembered, and six for each moment, however often it is named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from envoi.clock import Instant
from envoi.errors import DataError
from envoi.segments.live.state import Person

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from envoi.events.event import PersonId, Value
    from envoi.segments.live.network import Network
    from envoi.segments.live.state import Turn

if TYPE_CHECKING:
    #: What is written as it is: numbers of 64 bits, texts, what events hold, and lists of them.
    Plain = int | str | Sequence["Plain"] | Mapping[str, Value]
else:
    Plain = Any


_LARGEST = 1 << 63


class Numbers:
    """Numbers that are likely to come up again: each is written once, and named by its place."""

    def __init__(self, settled: int, known: Sequence[int] = ()) -> None:
        #: Before this instant all that was due has been done.
        self.settled = settled
        self._known = known
        self._places: dict[int, int] = {}

    def place(self, number: int) -> int:
        """The place of a number, from 0 up."""
        return self._places.setdefault(number, len(self._places))

    def number(self, place: int) -> int:
        """The number at a place."""
        return self._known[place]

    def place_of_time(self, at: int) -> int:
        """The place of an instant."""
        return self._places.setdefault(self.settled - at, len(self._places))

    def time(self, place: int) -> int:
        """The instant at a place."""
        return self.settled - self._known[place]

    def bytes(self) -> bytes:
        """All numbers, in as many bytes as the largest needs."""
        largest = max(map(abs, self._places), default=0)
        width = largest.bit_length() // 8 + 1
        return bytes([width]) + b"".join([each.to_bytes(width, "little", signed=True) for each in self._places])


def as_plain(value: int | str) -> Plain:
    """A value of a slot, however large: a number of more than 64 bits as a text in a list.

    >>> as_plain(7), as_value(as_plain(10**30)) == 10**30
    (7, True)
    """
    return value if isinstance(value, str) or -_LARGEST <= value < _LARGEST else [str(value)]


def as_value(plain: Any) -> Any:  # noqa: ANN401 - what `as_plain` was given
    """The value again."""
    return int(plain[0]) if isinstance(plain, list) else plain


class _Rest(msgspec.Struct, array_like=True, frozen=True):
    #: The fingerprint of the network that the numbers below belong to.
    network: int
    settled: int
    seq: int
    bits: bytes
    mask: bytes
    numbers: bytes
    #: A slot's number and what it remembers, in turns.
    held: list[Any]


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Rest).decode


def pack(network: Network, person: Person, now: int, seq: int) -> bytes:
    """The state as it is at `now`, and after all events of the log up to position `seq`."""
    slots = network.slots
    # Nothing is to be done before the next alarm, which may be overdue.
    settled = min((at for number in person.held for at, _ in slots[number].alarms(person)), default=now)
    numbers = Numbers(settled)
    held: list[Plain] = []
    known = min(settled, now)
    for number, kept in person.held.items():
        slot = slots[number]
        if not slot.spent(kept, known):
            held.append(number)
            held.append(slot.packed(kept, numbers))
    return _encode(
        _Rest(network.fingerprint, settled, seq, _bytes(person.bits), _bytes(person.mask), numbers.bytes(), held)
    )


def unpack(network: Network, person: PersonId, number: int, packed: bytes, turn: Turn) -> Person:
    """The state, and the alarms that it needs.

    Raises:
        DataError: it was packed under other conditions.
    """
    rest = _decode(packed)
    if rest.network != network.fingerprint:
        raise DataError("this state belongs to other conditions", hint="judge the person's events again")
    raw, width = rest.numbers, rest.numbers[0]
    numbers = Numbers(
        rest.settled,
        [int.from_bytes(raw[start : start + width], "little", signed=True) for start in range(1, len(raw), width)],
    )
    found = Person(person, number, int.from_bytes(rest.bits, "little"))
    found.mask = int.from_bytes(rest.mask, "little")
    found.seq = rest.seq
    turn.now = Instant(rest.settled)
    slots, held = network.slots, iter(rest.held)
    for place, plain in zip(held, held, strict=True):
        found.held[place] = slots[place].unpacked(plain, numbers)
        slots[place].arm(found, turn)
    return found


def _bytes(mask: int) -> bytes:
    return mask.to_bytes((mask.bit_length() + 7) // 8, "little")
