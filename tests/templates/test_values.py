from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup
from markupsafe import escape as reference

from envoi.errors import TemplateError
from envoi.templates.loop import Loop
from envoi.templates.values import escape, escaping, item_of, require_plain, text_of


@given(st.text() | st.text("<>&\"'a"))
def test_escape_is_what_html_needs(text: str) -> None:
    assert escape(text) == str(reference(text)) == escaping(text_of)(text)
    safe = Markup(text)  # noqa: S704 - so it is meant
    assert escape(safe) == text == escaping(text_of)(safe)


@pytest.mark.parametrize(
    ("value", "key", "found"),
    [
        ({"a": 1}, "a", 1),
        ({"a": 1}, "b", None),
        (MappingProxyType({"a": 1}), "a", 1),
        ([1, 2], -1, 2),
        ([1, 2], 2, None),
        ([1, 2], "0", None),
        ("text", 0, None),
        ("text", "upper", None),
        ({}.keys(), "mapping", None),
        (None, "a", None),
        (Loop(2, "", None), "length", 2),
        (Loop(2, "", None), "index0", -1),
        (Loop(2, "", None), "__class__", None),
        ({"a": 1}, ["a"], None),
    ],
)
def test_a_step_finds_an_item_and_never_an_attribute(value: object, key: object, found: object) -> None:
    assert item_of(value, key) == found


PLAIN = ["a", 1, 1.5, True, None, Decimal(1), date(2017, 1, 1), datetime(2017, 1, 1, tzinfo=UTC), [1, {"a": (2,)}]]


@pytest.mark.parametrize("value", [*PLAIN, range(3)])
def test_plain_values(value: object) -> None:
    require_plain(value)
    assert text_of(value) == ("" if value is None else str(value))


@pytest.mark.parametrize("value", [object(), print, str, b"x", {1, 2}, [object()], {"a": {"b": object()}}, 1j])
def test_objects_do_not_print(value: object) -> None:
    with pytest.raises(TemplateError, match="the data holds an object of type"):
        text_of(value)
