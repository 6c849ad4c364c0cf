"""Saving a template: refused if someone else wrote it or if it is wrong, and every line that stays keeps its end."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envoi.errors import Conflict, InvalidProject, NotFound, ProjectError
from envoi.hosts.web.editor.files import new, opened, plain, save, with_ends

ENDS = st.sampled_from(["\n", "\r\n", "\r"])
TEXTS = st.lists(st.tuples(st.text("ab ", max_size=4), ENDS), max_size=8).map(
    lambda lines: "".join(line + end for line, end in lines)
)


@given(TEXTS)
def test_a_text_that_was_not_changed_is_the_same_to_the_byte(text: str) -> None:
    # Within a text, "\r" before "\n" would be one end.
    text = text.replace("\r\n", "\n\0").replace("\r\0", "").replace("\n\0", "\r\n") if "\r\r\n" in text else text
    assert with_ends(plain(text), like=text) == text


@given(TEXTS, st.lists(st.text("ab ", max_size=4), max_size=8).map("\n".join))
def test_a_changed_text_says_what_was_written(before: str, text: str) -> None:
    assert plain(with_ends(text, like=before)) == text


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_file_keeps_its_line_ends(own: Path, end: str) -> None:
    path = own / "templates" / "hello.mjml"
    path.write_bytes(path.read_bytes().replace(b"\n", end.encode()))
    path.chmod(0o640)
    before = opened(own, "hello.mjml")
    assert "\r" not in before.text
    save(own, before, before.text.replace("Unsubscribe", "Stop") + "\n", {})
    after = path.read_bytes()
    assert after.count(b"\n") == before.text.count("\n") + 1
    assert after.count(b"\r\n") == (after.count(b"\n") if end == "\r\n" else 0)
    assert b">Stop<" in after
    assert path.stat().st_mode & 0o777 == 0o640
    assert sorted(each.name for each in path.parent.iterdir()) == ["hello.mjml", "spring.blocks.toml", "wild.mjml"]


def test_a_file_that_someone_else_wrote_is_not_overwritten(own: Path) -> None:
    path = own / "templates" / "hello.mjml"
    before = opened(own, "hello.mjml")
    theirs = before.text.replace("Unsubscribe", "Leave")
    path.write_text(theirs, encoding="utf-8")
    with pytest.raises(Conflict, match="was changed since you opened it"):
        save(own, before, before.text + "<!-- mine -->", {})
    assert path.read_text(encoding="utf-8") == theirs


def test_what_is_wrong_is_not_saved(own: Path) -> None:
    before = opened(own, "hello.mjml")
    with pytest.raises(InvalidProject) as raised:
        save(own, before, before.text.replace("| money", "| mony"), {})
    (mistake,) = raised.value.mistakes
    assert (mistake.at.file, mistake.hint) == ("templates/hello.mjml", "did you mean 'money'?")
    assert opened(own, "hello.mjml") == before


def test_a_mistake_elsewhere_does_not_keep_one_from_saving(own: Path) -> None:
    (own / "segments" / "wrong.toml").write_text("name = 3\n", encoding="utf-8")
    before = opened(own, "hello.mjml")
    save(own, before, before.text + "<!-- mine -->", {})
    assert opened(own, "hello.mjml").text.endswith("<!-- mine -->")


@pytest.mark.parametrize("name", ["nope.mjml", "../envoi.toml", "../templates/hello.mjml", "/etc/passwd", "", "."])
def test_no_name_leads_out_of_the_folder(own: Path, name: str) -> None:
    with pytest.raises(NotFound):
        opened(own, name)


def test_a_new_template_is_a_new_file(own: Path) -> None:
    assert new(own, "summer-sale", "subject = 's'\n") == "summer-sale.blocks.toml"
    with pytest.raises(Conflict, match="there is a template 'summer-sale' already"):
        new(own, "summer-sale", "")
    assert opened(own, "summer-sale.blocks.toml").text == "subject = 's'\n"
    for name in ("", "../x", "a/b", "Sale", ".hidden", "a" * 99):
        with pytest.raises(ProjectError, match="is no name for a template"):
            new(own, name, "")
