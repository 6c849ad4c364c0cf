from __future__ import annotations

import tracemalloc

import pytest

from envoi.errors import LimitExceeded, TemplateError
from envoi.templates.limits import LIST_SIZE, LOOPS, NESTING, OUTPUT, ROUNDS, STEPS, VALUE_SIZE, Run, bounded
from envoi.templates.liquid import parse

LOOP = "{{% for {0} in (1..{1}) %}}"
END = "{% endfor %}"
#: 20 KB of text that the data bring.
LONG = {"d": "x" * 20_000}
FULL = {"d": "x" * VALUE_SIZE}
HOSTILE = {
    "a long loop": LOOP.format("i", 10**9) + "x" + END,
    "an endless loop": LOOP.format("i", 10**30) + "x" + END,
    "loops in loops": LOOP.format("i", 10**4) + LOOP.format("j", 10**4) + "x" + END * 2,
    "loops in loops that print nothing": LOOP.format("i", 9000) + LOOP.format("j", 9000) + END * 2,
    "loops that are short one by one": (LOOP.format("i", ROUNDS // 2) + "x" + END) * 3,
    "loops that do much": LOOP.format("i", ROUNDS) + "{% assign a = d | size | plus: 1 | times: 2 %}" * 10 + END,
    "a loop in a partial in a loop": LOOP.format("i", 200) + "{% render 'loop' %}" + END,
    "a long table": "{% tablerow i in (1..100000) %}x{% endtablerow %}",
    "doubling by capture": "{% assign a = 'xxxxxxxx' %}" + "{% capture a %}{{ a }}{{ a }}{% endcapture %}" * 30,
    "doubling by append": "{% assign a = 'xxxxxxxx' %}" + "{% assign a = a | append: a %}" * 30,
    "doubling by append in a loop": "{% assign a = 'aaaa' %}"
    + LOOP.format("i", 40)
    + "{% assign a = a | append: a %}"
    + END,
    "squaring a number": "{% assign a = 9 %}" + LOOP.format("i", 60) + "{% assign a = a | times: a %}" + END,
    "squaring a large number": "{% assign a=99999999999 %}" + "{% assign a=a|times:a %}" * 22 + "{{a|size}}",
    "doubling a list": "{% assign a = '1,2' | split: ',' %}" + "{% assign a = a | concat: a %}" * 30,
    "a long range as a list": f"{{{{ (1..{10**12}) | join: 'x' }}}}",
    "a long range backwards": f"{{{{ (1..{10**12}) | reverse | first }}}}",
    "replace by itself": "{% assign a='xxxxxxxxxx' %}" + "{% assign a=a|replace:'x',a %}" * 6 + "{{a|size}}",
    "replace by what the data bring": "{{ d | replace: '', d | size }}",
    "replace in a chain": "{{ d | replace: 'x', d | size }}",
    "split and join": "{{ d | split: '' | join: d | size }}",
    "split and join again": "{% assign a='xxxxxxxxxx' %}" + "{% assign b=a|split:'' %}{% assign a=b|join:a %}" * 7,
    "much output": LOOP.format("i", ROUNDS) + "x" * (OUTPUT // ROUNDS + 1) + END,
    "the data again and again": "{{ d }}" * 60,
    "the data in a loop": LOOP.format("i", 1000) + "{{ d | append: i }}" + END,
    "many names": "".join(f"{{% assign a{i} = d | append: '{i}' %}}" for i in range(300)),
    "many lists": "".join(f"{{% assign a{i} = d | slice: 0, 9000 | split: '' %}}" for i in range(100)),
    "work on long texts": "{% assign x = d | upcase | size %}" * 1000,
    "a partial of itself": "{% render 'self' %}",
    "an included partial of itself": "{% include 'self2' %}",
    "deep blocks": "{% if true %}" * (NESTING + 2) + "{% endif %}" * (NESTING + 2),
    "deep loops": "".join(LOOP.format(f"i{n}", 1) for n in range(LOOPS + 1)) + END * (LOOPS + 1),
    "a deep expression": "{% if " + "x and " * 5_000 + "x %}{% endif %}",
    "a long chain of filters": "{{ x " + "| upcase " * 500 + "}}",
    "a deep path": "{{ " + "a[" * 500 + "b" + "]" * 500 + " }}",
    "many parts": "{{ x }}" * 60_000,
    "cases in cases": "{% case 1 %}{% when 1, a, b %}" * 12 + "x" + "{% endcase %}" * 12,
}
PARTIALS = {
    "loop": LOOP.format("i", 200) + "x" + END,
    "self": "{% render 'self' %}",
    "self2": "{% include 'self2' %}",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_uses_too_much_is_stopped(name: str) -> None:
    data = FULL if "names" in name or "lists" in name or "work" in name else LONG
    with pytest.raises(LimitExceeded):
        parse(HOSTILE[name], partials=PARTIALS).render(data)


def test_what_hostile_templates_take_is_little() -> None:
    tracemalloc.start()
    for name, source in HOSTILE.items():
        if name != "many parts":  # which is not so much hostile as long
            with pytest.raises(LimitExceeded):
                parse(source, partials=PARTIALS).render(FULL if "many" in name else LONG)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 64_000_000


def test_the_limit_says_what_and_where() -> None:
    with pytest.raises(LimitExceeded, match=f"more than {ROUNDS:,} rounds") as caught:
        parse("one\n{% for i in (1..999999) %}x{% endfor %}").render({})
    assert (caught.value.at.line, caught.value.at.column) == (2, 4)


def test_a_partial_names_itself() -> None:
    with pytest.raises(LimitExceeded) as caught:
        parse("{% render 'loop' %}", partials={"loop": "one\n" + LOOP.format("i", 10**6) + END}).render({})
    assert (caught.value.at.file, caught.value.at.line) == ("loop", 2)


@pytest.mark.parametrize(
    ("source", "size"),
    [
        (LOOP.format("i", ROUNDS) + "x" + END, ROUNDS),
        ("{% if true %}" * (NESTING - 1) + "x" + "{% endif %}" * (NESTING - 1), 1),
        ("".join(LOOP.format(f"i{n}", 1) for n in range(LOOPS)) + "x" + END * LOOPS, 1),
        ("{{ text | append: '' }}", VALUE_SIZE),
        ("{{ text | slice: 0, " + str(LIST_SIZE) + " | split: '' | join: '' }}", LIST_SIZE),
        ("{{ text }}" * (OUTPUT // VALUE_SIZE), OUTPUT),
    ],
)
def test_what_is_within_the_limits_renders(source: str, size: int) -> None:
    assert len(parse(source).render({"text": "x" * VALUE_SIZE})) == size


def test_each_render_has_its_own_budget() -> None:
    template = parse(LOOP.format("i", ROUNDS) + END)
    assert [template.render({}) for _ in range(3)] == ["", "", ""]


def test_what_was_kept_from_others_counts_the_same() -> None:
    """A budget that the first person uses up is used up by the second."""
    template = parse("{% for p in list %}{{ p.t | upcase }}{% endfor %}")
    data = {"list": [{"t": "x" * 5_000}] * 300}
    for _ in range(2):
        with pytest.raises(LimitExceeded, match="it prints more than"):
            template.render(data)


def test_a_function_meets_no_value_that_is_too_large() -> None:
    call = bounded(lambda text, times: text * times)
    assert call(Run({}), "ab", 3) == "ababab"
    with pytest.raises(LimitExceeded):
        call(Run({}), "x", VALUE_SIZE + 1)
    with pytest.raises(LimitExceeded):
        call(Run({}), "x" * (VALUE_SIZE + 1), 0)
    with pytest.raises(TemplateError, match="an object"):
        call(Run({}), object(), 1)


def test_work_adds_up() -> None:
    run = Run({})
    run.work(STEPS * 400)
    with pytest.raises(LimitExceeded):
        run.work(STEPS * 400)
