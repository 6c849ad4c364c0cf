"""No entry of the audit log can be changed, taken out, moved or cut off without being found."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envoi.people.privacy.audit import NOTHING, Deed, Done, Entry, Head, check, entry_of, follow, head_of, line_of

deeds = st.lists(st.sampled_from(Deed), min_size=1, max_size=8)


def chain(*what: Deed, who: str = "ann") -> list[bytes]:
    last: Entry | None = None
    lines = []
    for number, each in enumerate(what):
        done = Done(at=f"2026-11-22T10:00:0{number}Z", who=who, what=each, detail={"people": number})
        last = follow(last, done)
        lines.append(line_of(last))
    return lines


def head(lines: list[bytes]) -> Head:
    return check(lines).head


@given(deeds)
def test_a_chain_is_whole_with_each_head_it_ever_had(what: list[Deed]) -> None:
    lines = chain(*what)
    assert check(lines).whole == len(what)
    for length in range(1, len(lines) + 1):
        found = check(lines, head(lines[:length]))
        assert (found.fault, found.bad, found.head) == ("", 0, head(lines))
        assert not check(lines, head_of(head(lines[:length]).digest)).fault


@given(deeds, st.data())
def test_an_edited_letter_is_found_at_its_entry(what: list[Deed], data: st.DataObject) -> None:
    lines = chain(*what)
    place = data.draw(st.integers(0, len(lines) - 1))
    letter = data.draw(st.integers(0, len(lines[place]) - 2))
    byte = data.draw(st.integers(0, 255).filter(lambda one: one not in (10, lines[place][letter])))
    lines[place] = lines[place][:letter] + bytes([byte]) + lines[place][letter + 1 :]
    assert check(lines).bad == place + 1
    assert str(place + 1) in check(lines).fault


@given(deeds, st.data())
def test_an_entry_that_was_taken_out_is_found(what: list[Deed], data: st.DataObject) -> None:
    lines = chain(*what)
    place, kept = data.draw(st.integers(0, len(lines) - 1)), head(lines)
    del lines[place]
    assert check(lines, kept).bad == place + 1
    assert bool(check(lines).fault) is (place < len(lines))


@given(deeds.filter(lambda what: len(what) > 1), st.data())
def test_entries_that_changed_places_are_found(what: list[Deed], data: st.DataObject) -> None:
    lines = chain(*what)
    one = data.draw(st.integers(0, len(lines) - 2))
    other = data.draw(st.integers(one + 1, len(lines) - 1))
    lines[one], lines[other] = lines[other], lines[one]
    assert check(lines).bad == one + 1


@given(deeds, st.integers(0, 8))
def test_an_end_that_was_cut_off_is_found_by_the_kept_head(what: list[Deed], left: int) -> None:
    lines = chain(*what)
    kept, cut = head(lines), lines[:left]
    found = check(cut, kept)
    assert bool(found.fault) is (len(cut) < len(lines))
    assert found.bad == (len(cut) + 1 if len(cut) < len(lines) else 0)
    assert not check(cut).fault


def test_a_log_that_was_written_anew_is_found_by_the_kept_head() -> None:
    kept = head(chain(Deed.ERASED, Deed.EXPORTED))
    forged = chain(Deed.ERASED, Deed.EXPORTED, Deed.BEGUN, who="mallory")
    assert not check(forged).fault
    assert check(forged, kept).bad == 2
    assert check(forged, head_of(kept.digest)).fault


def test_an_entry_says_which_it_follows() -> None:
    entries = [entry for line in chain(Deed.BEGUN, Deed.ERASED, Deed.ERASED) if (entry := entry_of(line))]
    assert entries[0].previous == NOTHING
    assert all(after.previous == before.digest for before, after in pairwise(entries))


@pytest.mark.parametrize("line", [b"", b"\n", b"{}\n", b"\xff\n", b'{"number":1}\n', b" " + chain(Deed.ERASED)[0]])
def test_what_is_no_entry_is_found(line: bytes) -> None:
    assert check([line]).bad == 1
