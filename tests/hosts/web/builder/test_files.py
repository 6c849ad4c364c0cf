"""A segment's file, written back: what is read is what was meant, and nothing else has changed."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envoi.errors import Conflict, InvalidProject, NotFound
from envoi.hosts.web.builder.files import Kept, digest, edited, kept, new_file, save
from tests.hosts.web.builder.store import FILES


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def of(condition: str, **more: str) -> Kept:
    return Kept(file="", digest="", condition=condition, **more)


@given(condition=st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip))
def test_any_text_is_read_back_as_it_was(condition: str) -> None:
    text = edited(
        "# kept\nname = 'A'\ncondition = 'age > 1' # gone\n[[points.p]]\neach = '\"X\"'\ngives = 1\n",
        "A",
        of(condition),
    )
    values = tomllib.loads(text)
    assert values["condition"].strip() == condition.strip()
    assert values["points"] == {"p": [{"each": '"X"', "gives": 1}]}
    assert text.startswith("# kept\nname = 'A'\n")


@pytest.mark.parametrize(
    ("condition", "written"),
    [
        ("age > 1", "condition = 'age > 1'\n"),
        ('did "X"', "condition = 'did \"X\"'\n"),
        ('tier = "it\'s"', 'condition = "tier = \\"it\'s\\""\n'),
        ('did "X"\nand age > 1', "condition = '''\ndid \"X\"\nand age > 1\n'''\n"),
    ],
)
def test_it_is_written_as_a_person_would(condition: str, written: str) -> None:
    assert edited("", "A", of(condition)) == f'name = "A"\n{written}'


def test_what_was_not_edited_stays_letter_by_letter() -> None:
    before = "name = 'A'\ncondition = '''\n  age > 1   # no comment\n'''\n"
    assert edited(before, "A", of("age > 1   # no comment")) == before
    assert edited(before, "A", of("age > 1   # no comment", description="New")) == before + 'description = "New"\n'


def test_a_segment_is_found_by_its_name_or_its_file(root: Path) -> None:
    assert kept(root, "Buyers").file == "segments/buyers.toml"
    (root / "segments" / "plain.toml").write_text("condition = 'age > 1'", encoding="utf-8")
    assert kept(root, "plain").condition == "age > 1"
    with pytest.raises(NotFound, match="no file in segments/ has the segment 'buyers'"):
        kept(root, "buyers")


def test_a_new_file_is_called_like_its_segment_and_takes_no_others_place(root: Path) -> None:
    assert new_file(root, "Viewed, not bought!").file == "segments/viewed-not-bought.toml"
    assert new_file(root, "Buyers").file == "segments/buyers-2.toml"
    assert new_file(root, "../../etc/passwd").file == "segments/etc-passwd.toml"
    assert new_file(root, "日本").file == "segments/segment.toml"


def test_nothing_is_written_that_the_project_would_not_take(root: Path) -> None:
    before = {path: path.read_bytes() for path in root.rglob("*.toml")}
    opened = kept(root, "Buyers")
    for condition in ("agee > 1", 'in segment "Gold"', "age >"):
        with pytest.raises(InvalidProject):
            save(root, "Buyers", Kept(file=opened.file, digest=opened.digest, condition=condition), {})
    with pytest.raises(Conflict):
        save(root, "Buyers", Kept(file=opened.file, digest=digest("other"), condition="age > 1"), {})
    with pytest.raises(Conflict):
        save(root, "New", Kept(file="segments/gold.toml", digest="", condition="age > 1"), {})
    assert {path: path.read_bytes() for path in root.rglob("*.toml")} == before
