from __future__ import annotations

import pytest

from envoi.errors import LimitExceeded
from envoi.templates.limits import NESTING, OUTPUT_BYTES, ROUNDS, VALUE_SIZE
from envoi.templates.liquid import parse

LOOP = "{{% for {0} in (1..{1}) %}}"
HOSTILE = {
    "a long loop": LOOP.format("i", 10**9) + "x{% endfor %}",
    "loops in loops": LOOP.format("i", 10**4) + LOOP.format("j", 10**4) + "x{% endfor %}{% endfor %}",
    "loops that are short one by one": (LOOP.format("i", ROUNDS // 2) + "x{% endfor %}") * 3,
    "a loop in a partial in a loop": LOOP.format("i", 200) + "{% render 'loop' %}{% endfor %}",
    "a long table": "{% tablerow i in (1..100000) %}x{% endtablerow %}",
    "doubling by capture": "{% assign a = 'xxxxxxxx' %}" + "{% capture a %}{{ a }}{{ a }}{% endcapture %}" * 30,
    "doubling by append": "{% assign a = 'xxxxxxxx' %}" + "{% assign a = a | append: a %}" * 30,
    "squaring a number": "{% assign a = 9 %}" + LOOP.format("i", 60) + "{% assign a = a | times: a %}{% endfor %}",
    "doubling a list": "{% assign a = '1,2' | split: ',' %}" + "{% assign a = a | concat: a %}" * 30,
    "a long range as a list": f"{{{{ (1..{10**12}) | join: 'x' }}}}",
    "much output": LOOP.format("i", ROUNDS) + "x" * (OUTPUT_BYTES // ROUNDS + 1) + "{% endfor %}",
    "a partial of itself": "{% render 'self' %}",
    "an included partial of itself": "{% include 'self2' %}",
    "deep blocks": "{% if true %}" * (NESTING + 2) + "{% endif %}" * (NESTING + 2),
    "a deep expression": "{% if " + "x and " * 5_000 + "x %}{% endif %}",
}
PARTIALS = {
    "loop": LOOP.format("i", 200) + "x{% endfor %}",
    "self": "{% render 'self' %}",
    "self2": "{% include 'self2' %}",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_uses_too_much_is_stopped(name: str) -> None:
    with pytest.raises(LimitExceeded):
        parse(HOSTILE[name], partials=PARTIALS).render({})


def test_the_limit_says_what_and_where() -> None:
    with pytest.raises(LimitExceeded, match=f"more than {ROUNDS:,} rounds") as caught:
        parse("one\n{% for i in (1..999999) %}x{% endfor %}").render({})
    assert (caught.value.at.line, caught.value.at.column) == (2, 4)


@pytest.mark.parametrize(
    ("source", "size"),
    [
        (LOOP.format("i", ROUNDS) + "x{% endfor %}", ROUNDS),
        ("{% if true %}" * (NESTING - 1) + "x" + "{% endif %}" * (NESTING - 1), 1),
        ("{{ text | append: '' }}", VALUE_SIZE),
    ],
)
def test_what_is_within_the_limits_renders(source: str, size: int) -> None:
    assert len(parse(source).render({"text": "x" * VALUE_SIZE})) == size


def test_each_render_has_its_own_budget() -> None:
    template = parse(LOOP.format("i", ROUNDS) + "{% endfor %}")
    assert [template.render({}) for _ in range(3)] == ["", "", ""]
