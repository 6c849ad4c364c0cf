from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from envoi.templates.place import place


@given(st.text(alphabet="ab\n"), st.data())
def test_a_place_leads_back_to_its_character(source: str, data: st.DataObject) -> None:
    offset = data.draw(st.integers(0, len(source)))
    at = place(source, offset)
    assert sum(len(line) + 1 for line in source.split("\n")[: at.line - 1]) + at.column - 1 == offset
