from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from envoi.templates.fragments import Rounds, shared
from envoi.templates.liquid import dialect, parse
from envoi.templates.tree import For, walk

LIQUID = dialect(escapes=True)


def loop_of(body: str) -> For:
    template = parse("{% for p in list %}" + body + "{% endfor %}")
    return next(node for node in walk(template.body) if isinstance(node, For))


@pytest.mark.parametrize(
    ("body", "inputs", "holes", "order"),
    [
        ("<b>{{ p.t | upcase }}</b>{{ p.n }}", ["t", "n"], 0, ()),
        ("{{ p.t }}{{ token }}{% if p.n %}{{ shop.url }}{{ token }}{% endif %}", ["t", "n"], 2, None),
        ("{{ a }}{{ p.t }}{{ b }}{% if p.n %}!{% endif %}{{ a }}", ["t", "n"], 2, (0, 1, 0)),
        ("{{ p }}", [None], 0, ()),
        ("{{ p.t }}{{ forloop.index }}", ["t", "index"], 0, ()),
    ],
)
def test_what_is_shared(body: str, inputs: list[str | None], holes: int, order: tuple[int, ...] | None) -> None:
    found = shared(loop_of(body), LIQUID)
    assert found is not None
    assert [path.steps[0] if path.steps else None for path in found.inputs] == inputs
    assert (len(found.holes), found.order) == (holes, order)


@pytest.mark.parametrize(
    "body",
    [
        "no inputs",
        "{{ p.t | append: token }}",
        "{% if token %}{{ p.t }}{% endif %}",
        "{{ p.t }}{% assign x = 1 %}",
        "{{ p.t }}{% break %}",
        "{{ p.t }}{% increment n %}",
        "{{ p.t | date: '%d' }}",
        "{{ p.list[p.n] }}",
        "{{ p.t }}{% if p.n %}{{ token | money }}{% endif %}",
        "{% for q in p.list %}{{ q }}{% endfor %}",
    ],
)
def test_what_is_not_shared(body: str) -> None:
    assert shared(loop_of(body), LIQUID) is None


MIXED = [
    0,
    0.0,
    -0.0,
    1,
    1.0,
    True,
    False,
    None,
    "1",
    Markup("1"),
    "<",
    Markup("<"),
    Decimal(1),
    Decimal("1.0"),
    [1],
    {"a": 1},
]


@given(st.lists(st.tuples(st.sampled_from(MIXED), st.sampled_from(MIXED)), max_size=12))
def test_rounds_that_were_kept_print_like_new_ones(pairs: list[tuple[object, object]]) -> None:
    """The same template for many people prints for each what a template made for them alone prints."""
    source = "{% for p in list %}[{{ p.a }}|{{ name }}|{{ p.b }}{% if p.a == 1 %}one{% endif %}]{% endfor %}"
    template = parse(source)
    items = [{"a": a, "b": b} for a, b in pairs]
    for name in ("Ann", "<Bo>"):
        for _ in range(3):
            data: dict[str, Any] = {"list": items, "name": name}
            assert template.render(data) == parse(source).render(data)


def test_an_item_that_changes_is_another() -> None:
    template = parse("{% for p in list %}{{ p.t }}{{ p.n }}{% endfor %}")
    item: dict[str, object] = {"t": "a", "n": 1}
    seen = []
    for value in (1, 1, 1, 2, None, 1):
        item["n"] = value
        seen.append(template.render({"list": [item]}))
    assert seen == ["a1", "a1", "a1", "a2", "a", "a1"]


def test_items_may_lack_a_field_or_be_no_mapping() -> None:
    template = parse("{% for p in list %}<{{ p.t }}{{ p.n }}>{% endfor %}")
    assert [template.render({"list": [{"t": "a"}, {}, "text", None]}) for _ in range(3)] == ["<a><><><>"] * 3


def test_holes_are_each_persons_own() -> None:
    template = parse("{% for p in list %}{{ p.t }}:{{ name }};{% endfor %}")
    names = ["<Ann>", "Bo", "", None]
    shown = [template.render({"list": [{"t": "a"}] * 2, "name": name}) for name in names]
    assert shown == ["a:&lt;Ann&gt;;" * 2, "a:Bo;" * 2, "a:;" * 2, "a:;" * 2]


def test_what_fails_for_one_round_fails_each_time() -> None:
    template = parse("{% for p in list %}{{ p.t }}{{ p.n | money }}{% endfor %}")
    for _ in range(3):
        with pytest.raises(Exception, match="money takes a number"):
            template.render({"list": [{"t": "a", "n": "cheap"}]})


def test_rounds_are_kept_when_they_come_again_and_begin_anew_when_full() -> None:
    rounds = Rounds(None, is_ordered=True)
    assert [rounds.again(("a",)), rounds.again(("a",)), rounds.again(None)] == [False, True, False]
    for n in range(100):
        rounds.keep((n,), ("x" * 1_000_000,))
    assert 0 < len(rounds) < 10
    rounds.clear()
    rounds.keep((0.0,), ("0",))
    assert not rounds
    rounds.keep((1.0,), ("1.0",))
    assert rounds.get((1,)) == ((float,), ("1.0",))


def test_rounds_that_never_come_again_are_no_longer_looked_for() -> None:
    rounds = Rounds(None, is_ordered=True)
    for n in range(10_000):
        rounds.asked += 1
        assert rounds.pays
        rounds.again((n,))
    assert not rounds.pays
    often = Rounds(None, is_ordered=True)
    for n in range(30_000):
        often.asked += 1
        often.again((n // 3,))
    assert often.pays
