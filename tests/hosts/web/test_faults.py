"""Mistakes in the project's files are shown all at once, and the pages keep running."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from starlette.testclient import TestClient


def test_all_mistakes_are_shown_with_their_places(copy: Path, client_of: Callable[..., TestClient]) -> None:
    segment = copy / "segments" / "recent.toml"
    right = segment.read_text(encoding="utf-8")
    segment.write_text(right.replace('"Order Completed"', '"Order Complete"'), encoding="utf-8")
    (copy / "campaigns" / "odd.toml").write_text('audiense = "<b>x</b>"\n', encoding="utf-8")
    with client_of(copy) as client:
        answer = client.get("/segments")
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "2"
        assert "segments/recent.toml:4" in answer.text
        assert "campaigns/odd.toml:1" in answer.text
        assert "did you mean" in answer.text
        assert "<b>x</b>" not in answer.text
        segment.write_text(right, encoding="utf-8")
        (copy / "campaigns" / "odd.toml").unlink()
        assert client.get("/segments").status_code == 200


def test_an_empty_project_has_empty_pages(tmp_path: Path, client_of: Callable[..., TestClient]) -> None:
    (tmp_path / "envoi.toml").write_text(
        'name = "New"\n[sender]\nname = "N"\nemail = "n@example.org"\n[shop]\nname = "N"\naddress = "Here"\n',
        encoding="utf-8",
    )
    with client_of(tmp_path) as client:
        for page, words in {
            "/": "envoi import FILE --events",
            "/people": "Nobody is known yet",
            "/segments": "No segment is described yet",
            "/campaigns": "No campaign is described yet",
        }.items():
            answer = client.get(page)
            assert answer.status_code == 200
            assert words in answer.text


def test_a_folder_that_is_no_project_says_so(tmp_path: Path, client_of: Callable[..., TestClient]) -> None:
    with client_of(tmp_path) as client:
        answer = client.get("/")
    assert answer.status_code == 503
    assert "envoi init" in answer.text


def test_a_folder_that_is_gone_says_so(tmp_path: Path, client_of: Callable[..., TestClient]) -> None:
    with client_of(tmp_path / "gone") as client:
        assert client.get("/").status_code == 404


def test_a_campaign_without_its_file_keeps_its_numbers(copy: Path, client_of: Callable[..., TestClient]) -> None:
    (copy / "campaigns" / "hello.toml").unlink()
    with client_of(copy) as client:
        assert "only its ledger is left" in client.get("/campaigns/hello").text
        assert client.get("/campaigns/hello/people?state=accepted").status_code == 200
        assert client.get("/campaigns/hello/mail?person=2").status_code == 404


def test_a_template_that_fails_says_where(copy: Path, client_of: Callable[..., TestClient]) -> None:
    template = copy / "templates" / "hello.mjml"
    text = template.read_text(encoding="utf-8")
    template.write_text(text.replace("{{ shop.address }}", "{{ shop.address | divided_by: 0 }}"), encoding="utf-8")
    with client_of(copy) as client:
        answer = client.get("/campaigns/hello/mail?person=2")
    assert answer.status_code == 500
    assert "That did not work" in answer.text
