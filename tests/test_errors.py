"""Every refusal says what, where and what to do, and the tree in the docstring is the tree there is."""

from __future__ import annotations

import re

import pytest

from envoi import errors
from envoi.errors import (
    ConditionError,
    EnvoiError,
    InvalidProject,
    LimitExceeded,
    Place,
    ProjectError,
    StoreBusy,
    did_you_mean,
)


def every_class(cls: type[EnvoiError] = EnvoiError) -> list[type[EnvoiError]]:
    own = [each for each in cls.__subclasses__() if each.__module__ == errors.__name__]
    return [cls, *(deeper for each in own for deeper in every_class(each))]


def drawn() -> list[tuple[int, str, bool]]:
    """The tree as it is drawn: depth, name, and whether a retry can help."""
    lines = re.findall(r"^ {4}([│├└─ ]*)(\w+)(.*)$", errors.__doc__ or "", re.MULTILINE)
    return [(len(branch) // 4, name, rest.endswith("(retry)")) for branch, name, rest in lines]


def test_the_tree_is_drawn_as_it_is() -> None:
    known = {cls: len(cls.__mro__) - len(EnvoiError.__mro__) for cls in every_class()}

    assert drawn() == [(depth, cls.__name__, cls.retry) for cls, depth in known.items()]


@pytest.mark.parametrize("cls", every_class())
def test_every_error_says_what_it_is_and_has_an_exit_code(cls: type[EnvoiError]) -> None:
    assert cls.__doc__
    assert cls.exit_code in (1, 3, 5)
    assert cls.retry == (cls.exit_code == 5)


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (EnvoiError("the disk is full"), "the disk is full"),
        (
            ConditionError("no field 'x'", hint="write y", at=Place(line=2, column=5)),
            "line 2, column 5: no field 'x'; write y",
        ),
        (ProjectError("no name", at=Place(file="a.toml")), "a.toml: no name"),
        (LimitExceeded("too long", at=Place(file="a.mjml", line=3)).in_file("b.mjml"), "a.mjml:3: too long"),
        (LimitExceeded("too long", at=Place(line=3, column=1)).in_file("b.mjml"), "b.mjml:3:1: too long"),
        (StoreBusy("taken").in_file("x.db"), "x.db: taken"),
    ],
)
def test_an_error_is_one_line(error: EnvoiError, text: str) -> None:
    assert str(error) == text


def test_all_mistakes_of_a_project_come_at_once_and_the_first_is_told() -> None:
    first, second = ProjectError("no name", hint="add one", at=Place(file="a.toml")), ProjectError("no colour")

    assert str(InvalidProject([first])) == "a.toml: no name; add one"
    assert str(InvalidProject([first, second])) == "a.toml: no name (and 1 more); add one"
    assert InvalidProject([first, second]).mistakes == (first, second)


@pytest.mark.parametrize(
    ("word", "known", "hint"),
    [
        ("countrry", ["country", "county"], "did you mean 'country'?"),
        ("COUNTRY", ["Country", "age"], "did you mean 'Country'?"),
        ("zzz", ["b", "a", "b"], "known: 'a', 'b'"),
        ("zzz", [f"field_{n}" for n in range(13)], ""),
        ("zzz", [], ""),
    ],
)
def test_a_wrong_name_is_answered_with_the_nearest_or_with_all(word: str, known: list[str], hint: str) -> None:
    assert did_you_mean(word, known) == hint
