"""Files that people write, and how their mistakes are told."""

from __future__ import annotations

import pytest
from pydantic import Field

from envoi.errors import ProjectError
from envoi.events.shapes import Shape, fit, line_of, values_of


class Inner(Shape):
    width: int = 1
    from_: str = Field(default="", alias="from")


class Outer(Shape):
    name: str
    inner: Inner = Inner()
    many: dict[str, Inner] = Field(default_factory=dict)


def mistakes(text: str) -> str:
    with pytest.raises(ProjectError) as caught:
        fit(Outer, values_of(text, file="x.toml"), text=text, file="x.toml")
    return str(caught.value)


def test_a_good_file_is_read() -> None:
    text = 'name = "a"\n[many.b]\nfrom = "c"\n'
    assert fit(Outer, values_of(text, file=""), text=text, file="") == Outer(
        name="a", many={"b": Inner(**{"from": "c"})}
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('name = "a"\nnmae = "b"\n', "x.toml:2: unknown key 'nmae'; did you mean 'name'?"),
        ("[inner]\nwidth = 1\n", "x.toml:1: 'name' is missing"),
        ('name = "a"\n[inner]\nwidth = "x"\n', "x.toml:3: 'inner.width': input should be a valid integer, unable to"),
        ('name = "a"\n[many.b]\nfrm = "c"\n', "x.toml:3: unknown key 'many.b.frm'; did you mean 'from'?"),
        ('name = "a"\nmany = { b = { frm = "c" } }\n', "x.toml:2: unknown key 'many.b.frm'; did you mean 'from'?"),
        ("name = = 1\n", "x.toml:1:8: this is not TOML: Invalid value"),
        ('name = "a\n', "x.toml:1:10: this is not TOML: Illegal character"),
    ],
)
def test_one_mistake_is_told_with_its_line(text: str, expected: str) -> None:
    assert mistakes(text).startswith(expected)


def test_all_mistakes_are_told_in_the_order_of_their_lines() -> None:
    told = mistakes('[inner]\nwidht = 1\nwidth = "x"\n[many.b]\nwidth = []\n').splitlines()
    assert told[0] == "x.toml: there are 4 mistakes:"
    assert [line.split(":")[1] for line in told[1:]] == ["1", "2", "3", "5"]


@pytest.mark.parametrize(
    ("text", "keys", "line"),
    [
        ("a = 1\nb = 2\n", ["b"], 2),
        ("# b = 1\nb = 2\n", ["b"], 2),
        ('"a b" = 1\n"c d" = 2\n', ["c d"], 2),
        ("[a]\nx = 1\n[b]\nx = 2\n", ["b", "x"], 4),
        ("[[a]]\nx = 1\n", ["a", "x"], 2),
        ("[a.b]\nx = 1\n[a.c]\nx = 2\n", ["a", "c", "x"], 4),
        ("a.b = 1\na.c = 2\n", ["a", "c"], 2),
        ("a = { b = 1 }\nc = { b = 2 }\n", ["c", "b"], 2),
        ("a = 1\n", ["z"], 1),
    ],
)
def test_a_key_is_found_where_it_stands(text: str, keys: list[str], line: int) -> None:
    assert line_of(text, keys) == line
