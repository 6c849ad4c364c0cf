from __future__ import annotations

import pytest

from envoi.errors import Place
from envoi.templates.tree import And, Call, For, If, Literal, Output, Path, Text, change, is_larger, renamed, walk

NAME = Path(root="FNAME")
BODY = (
    Text(text="a"),
    For(item="p", items=Path(root="list"), body=(If(branches=((NAME, (Output(value=NAME),)),)),)),
    Output(value=Call(function="f", args=(NAME,), named=(("k", Literal(value=1)),))),
)


def test_walk_goes_in_the_order_of_the_template() -> None:
    assert [type(node).__name__ for node in walk(BODY)] == [
        "Text", "For", "Path", "If", "Path", "Output", "Path", "Output", "Call", "Path", "Literal",
    ]  # fmt: skip


def test_a_name_of_the_project_stands_for_its_path_everywhere() -> None:
    paths = [node for node in walk(renamed(BODY, {"FNAME": "person.first_name"})) if isinstance(node, Path)]
    assert [(path.root, path.steps) for path in paths if path.root != "list"] == [("person", ("first_name",))] * 3


def test_a_change_of_nothing_gives_an_equal_tree() -> None:
    assert change(BODY, lambda node: node) == BODY
    assert renamed(BODY, {}) is BODY


@pytest.mark.parametrize(("left", "right"), [(1, 1.0), (1, True), (0.0, -0.0), ("1", 1), (None, False)])
def test_literals_that_print_differently_differ(left: object, right: object) -> None:
    assert Literal(value=left) != Literal(value=right)
    assert Literal(value=left) == Literal(value=left, at=Place(line=3))
    assert Output(value=Literal(value=left)) != Output(value=Literal(value=right))


def test_size_counts_what_stands_twice_twice() -> None:
    body: tuple[Output | If, ...] = (Output(value=NAME),)
    for _ in range(40):  # 2 ** 40 places
        body = (If(branches=((NAME, body),), otherwise=body),)
    assert is_larger(body, nodes=10_000, depth=1_000)
    assert not is_larger(BODY, nodes=11, depth=100)
    assert is_larger(BODY, nodes=10, depth=100)


def test_size_sees_depth_without_going_there() -> None:
    value: Path | And = NAME
    for _ in range(5_000):
        value = And(parts=(value,))
    assert is_larger((Output(value=value),), nodes=1_000_000, depth=300)
