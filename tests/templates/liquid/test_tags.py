from __future__ import annotations

import pytest

from envoi.errors import Place, TemplateError
from envoi.templates.liquid import parse

OFFER = "Hi {% attempt %}\n{{ price | money }}!{% fallback %}ask us{% endattempt %} bye"


def test_a_block_has_a_fallback() -> None:
    template = parse(OFFER)
    assert template.print({"price": 1299}).text == "Hi \n$12.99! bye"
    printed = template.print({"price": "cheap"})
    assert printed.text == "Hi ask us bye"
    assert [(each.reason, each.at) for each in printed.setbacks] == [
        ("money takes a number, not 'cheap'", Place(line=2, column=12))
    ]


def test_a_block_may_print_nothing_instead() -> None:
    printed = parse("a{% attempt %}{{ name | needed }}{% endattempt %}b").print({"name": None})
    assert (printed.text, printed.setbacks[0].reason) == ("ab", "a value that is needed is missing")


def test_fallbacks_nest_and_each_says_its_reason() -> None:
    inner = "{% attempt %}{{ a | needed }}{% fallback %}{{ b | needed }}{% endattempt %}"
    source = "{% attempt %}" + inner + "{% fallback %}c{% endattempt %}"
    assert [len(parse(source).print(data).setbacks) for data in ({"a": 1}, {"b": 1}, {})] == [0, 1, 2]
    assert [parse(source).render(data) for data in ({"a": 1}, {"b": 1}, {})] == ["1", "1", "c"]


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("{% attempt %}x", "never closed"),
        ("{% fallback %}", "stands outside of its block"),
        ("{% endattempt %}", "stands outside of its block"),
    ],
)
def test_tags_out_of_place(source: str, error: str) -> None:
    with pytest.raises(TemplateError, match=error):
        parse(source)
