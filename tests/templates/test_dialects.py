from __future__ import annotations

import pytest

from envoi.errors import TemplateError
from envoi.templates import parse


def test_liquid_is_the_usual_dialect() -> None:
    assert parse("{% render 'p' %}{{ x }}", partials={"p": "1"}, autoescape=False).render({"x": "&"}) == "1&"


def test_an_unknown_dialect_is_named() -> None:
    with pytest.raises(TemplateError, match="no template dialect 'liqid'; did you mean 'liquid'"):
        parse("x", dialect="liqid")
