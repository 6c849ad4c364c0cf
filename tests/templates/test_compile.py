from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from envoi.templates.dialect import Dialect, Function
from envoi.templates.program import program
from envoi.templates.tree import Call, For, If, Output, Path, Statement


def counting(*body: Statement, data: Mapping[str, Any]) -> tuple[str, int]:
    """What the body prints, and how often it called the function `f`."""
    calls = []

    def f(run: object, value: object) -> object:  # noqa: ARG001
        calls.append(value)
        return value

    dialect = Dialect(name="counting", functions={"f": Function(call=f)})
    return program(body, dialect).render(data), len(calls)


def f_of(name: str) -> Output:
    return Output(value=Call(function="f", args=(Path(root=name),)))


def test_what_stands_in_several_places_is_made_once() -> None:
    assert counting(f_of("x"), f_of("x"), f_of("x"), data={"x": 1}) == ("111", 1)
    assert counting(f_of("x"), f_of("y"), f_of("x"), data={"x": 1, "y": 2}) == ("121", 2)


def test_what_is_made_before_a_loop_is_not_made_in_it() -> None:
    loop = For(item="p", items=Path(root="list"), body=(f_of("x"), Output(value=Path(root="p", steps=("a",)))))
    assert counting(f_of("x"), loop, data={"x": 1, "list": [{"a": 7}, {"a": 8}]}) == ("11718", 1)


def test_each_branch_makes_what_it_needs() -> None:
    fork = If(branches=((Path(root="y"), (f_of("x"), f_of("x"))),), otherwise=(f_of("x"),))
    assert counting(fork, f_of("x"), data={"x": 1, "y": True}) == ("111", 2)
    assert counting(fork, f_of("x"), data={"x": 1, "y": False}) == ("11", 2)


def test_nothing_is_made_that_is_not_printed() -> None:
    assert counting(If(branches=((Path(root="y"), (f_of("x"),)),)), data={"x": 1}) == ("", 0)
