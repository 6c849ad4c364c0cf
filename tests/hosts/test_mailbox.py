"""The folder of mails: the newest first, found by each word, and no way out of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from envoi.errors import NotFound
from envoi.hosts import mailbox
from envoi.hosts.mailbox import find, read
from envoi.reports.paging import Page


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Sixty mails, the last one written last, a draft, and what is no mail."""
    made = tmp_path / "mail"
    made.mkdir()
    for number in range(60):
        text = f"To: Ann <p{number}@example.org>\r\nSubject: Mail {number}\r\nFeedback-ID: spring-2026:news:m:d\r\n\r\n"
        (made / f"m{number}.eml").write_bytes(text.encode())
        os.utime(made / f"m{number}.eml", ns=(number, number))
    (made / ".m1.eml.draft").write_bytes(b"")
    (made / ".hidden.eml").write_bytes(b"")
    (made / "note.txt").write_bytes(b"")
    (made / "folder.eml").mkdir()
    os.utime(made / "folder.eml", ns=(0, 0))
    (tmp_path / "secret.eml").write_bytes(b"Subject: not yours\r\n\r\n")
    return made


def names(folder: Path, text: str = "", *, number: int = 1) -> list[str]:
    return [mail.name for mail in find(folder, text, page=Page(number, size=50)).mails]


def test_the_newest_come_first_page_by_page(folder: Path) -> None:
    assert names(folder) == [f"m{number}" for number in range(59, 9, -1)]
    assert names(folder, number=2)[:10] == [f"m{number}" for number in range(9, -1, -1)]
    assert names(folder, number=9) == []
    assert names(folder / "gone") == []


def test_each_word_is_looked_for(folder: Path) -> None:
    assert names(folder, "P59@example") == ["m59"]
    assert names(folder, "mail 7") == ["m7"]
    assert len(names(folder, "spring@2026")) == 50
    assert names(folder, "mail nobody") == []
    by_id = find(folder, "nobody", page=Page(1), ids={"m3"})
    assert [mail.name for mail in by_id.mails] == ["m3"]


def test_of_very_many_the_newest_are_looked_at_and_that_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailbox, "MOST_MAILS", 20)
    found = find(folder, "mail", page=Page(1))
    assert (found.there, found.looked_at, found.total) == (61, 20, 20)


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../secret", "/etc/passwd", ".hidden", "a\0b", "gone", "x" * 500, "folder"]
)
def test_there_is_no_way_out_of_the_folder(folder: Path, name: str) -> None:
    with pytest.raises(NotFound):
        read(folder, name)


def test_a_mail_without_end_is_cut(folder: Path) -> None:
    (folder / "long.eml").write_bytes(b"Subject: long\r\n\r\n" + b"a" * 3_000_000)
    found = read(folder, "long")
    assert found.is_cut
    assert len(found.source) == 2_000_000
    assert not read(folder, "m1").is_cut
