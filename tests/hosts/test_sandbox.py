"""Until the sender's domain is confirmed, no mail leaves this machine, whatever says so."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from envoi.campaigns.project import settings_of
from envoi.errors import InvalidProject
from envoi.hosts.cli.init import make
from envoi.hosts.folder import read_files
from envoi.hosts.sandbox import SANDBOX, way_of
from envoi.hosts.sending import open_sender
from envoi.hosts.surroundings import MAIL_URL
from envoi.settings import Settings

ELSEWHERE = ["smtp://mail.example.org", "smtps://a:b@mail.example.org", "ses://eu-west-1", "smtp://0.0.0.0:25"]
HERE = ["smtp://localhost:2525", "smtp://127.0.0.1:25", "smtp://[::1]:25", "sendgrid://?endpoint=http://127.0.0.1:1"]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    make(tmp_path)
    return tmp_path


def settings(root: Path, *, confirmed: str = "") -> Settings:
    files = read_files(root)
    files["envoi.toml"] = files["envoi.toml"].replace("[mail]\n", f"[mail]\nconfirmed = [{confirmed}]\n")
    return settings_of(files)


@pytest.mark.parametrize("url", ELSEWHERE)
def test_what_would_leave_goes_to_the_sandbox_until_the_domain_is_confirmed(
    root: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    said = replace(settings(root), mail_url=url)
    assert way_of(said).url == SANDBOX
    assert "b@" not in way_of(said).withheld
    # Neither does the environment get around it, nor another domain's confirmation.
    monkeypatch.setenv(MAIL_URL, url)
    assert way_of(settings(root, confirmed='"example.org", "news.shop.example.org"')).url == SANDBOX
    found = way_of(settings(root, confirmed='"Shop.Example.org"'))
    assert (found.url, found.withheld) == (url, "")


@pytest.mark.parametrize("url", [*HERE, "folder:elsewhere", "what://is-that"])
def test_what_stays_here_goes_where_it_is_told(root: Path, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv(MAIL_URL, url)
    assert way_of(settings(root)).url == url
    assert way_of(settings(root)).withheld == ""


def test_whoever_sends_goes_that_way(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(MAIL_URL, ELSEWHERE[0])
    with open_sender(root) as sender:
        assert sender.mail_url == SANDBOX


@pytest.mark.parametrize("confirmed", ['"hello@shop.example.org"', '"https://shop.example.org"', '""', "3"])
def test_what_is_no_domain_confirms_nothing(root: Path, confirmed: str) -> None:
    with pytest.raises(InvalidProject):
        settings(root, confirmed=confirmed)
