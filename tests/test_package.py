"""The public names of the package: adding one is a choice, and losing one breaks people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import envoi
from envoi.conditions import written

if TYPE_CHECKING:
    from collections.abc import Callable


def test_the_public_names() -> None:
    assert sorted(envoi.__all__) == ["EnvoiError", "condition", "open", "template"]
    assert all(getattr(envoi, name) for name in envoi.__all__)


def test_a_condition_and_a_template_as_the_docs_show_them() -> None:
    assert written(envoi.condition('country = "US"')) == 'country = "US"'
    assert envoi.template("Dear {{ name }}").render({"name": "Ada <3"}) == "Dear Ada &lt;3"


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: envoi.condition("age =="), "line 1, column 6"),
        (lambda: envoi.template("{% if %}").render({}), "column 4"),
        (lambda: envoi.template("x", dialect="liqiud"), "liquid"),
    ],
)
def test_any_failure_is_an_envoi_error(make: Callable[[], object], says: str) -> None:
    with pytest.raises(envoi.EnvoiError, match=says):
        make()


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nothing"):
        envoi.nothing  # noqa: B018 - looking it up is the test
