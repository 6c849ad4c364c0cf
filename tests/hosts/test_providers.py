"""A provider's URL says where mail goes, and the environment who we are; neither is shown."""

from __future__ import annotations

import pytest

from envoi.adapters.messages.providers.http import HttpMailer
from envoi.adapters.messages.providers.over_smtp import NamingMailer
from envoi.errors import ProjectError
from envoi.hosts.mailers import mailer_for
from envoi.hosts.providers import provider_for
from envoi.messages.ledger import State
from envoi.messages.port import Ready, Settled
from tests.adapters.messages.providers.test_http import letter
from tests.faults.provider_server import ProviderServer

KEY = "a-key-that-nobody-may-see"
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": KEY,
    "SENDGRID_API_KEY": KEY,
    "POSTMARK_SERVER_TOKEN": KEY,
    "MAILGUN_API_KEY": KEY,
}
URLS = {
    "ses": "ses://eu-west-1?configuration_set=shop",
    "sendgrid": "sendgrid://",
    "postmark": "postmark://broadcast",
    "mailgun": "mailgun://mg.example.org?region=eu",
}


@pytest.mark.parametrize("provider", sorted(URLS))
def test_mail_goes_to_the_provider_of_the_url(provider: str) -> None:
    with ProviderServer(provider) as server:
        url = URLS[provider]
        mailer = provider_for(f"{url}{'&' if '?' in url else '?'}endpoint={server.origin}", ENVIRONMENT)
        mailer.offer(letter())
        assert list(mailer.poll(30)) == [Ready(letter().message_id)]
        mailer.release(letter().message_id, go=True)
        (settled,) = mailer.poll(30)
        mailer.close()
        assert isinstance(settled, Settled)
        assert settled.receipt.state is State.ACCEPTED
        assert server.mails.keys() == {letter().message_id}


@pytest.mark.parametrize("url", sorted(URLS.values()))
def test_a_key_that_is_not_there_is_told_by_its_name(url: str) -> None:
    with pytest.raises(ProjectError, match="needs a key") as caught:
        provider_for(url, {})
    assert any(name in caught.value.hint for name in ENVIRONMENT)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("ses://", "names no region"),
        ("mailgun://", "names no domain"),
        ("mailgun://mg.example.org?region=mars", "names no domain and region"),
        ("ses://eu-west-1?configurationset=x", "no option 'configurationset'"),
        (f"sendgrid://apikey:{KEY}@api", "a key stands in a URL"),
    ],
)
def test_a_url_that_is_wrong_is_told_and_shows_no_key(url: str, said: str) -> None:
    with pytest.raises(ProjectError, match=said) as caught:
        provider_for(url, ENVIRONMENT)
    assert KEY not in str(caught.value)


def test_the_hosts_know_the_urls(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path_factory.mktemp("project")
    monkeypatch.setenv("SENDGRID_API_KEY", KEY)
    assert isinstance(mailer_for("sendgrid://", root), HttpMailer)
    assert isinstance(mailer_for("smtps://user:word@smtp.sendgrid.net", root), NamingMailer)
    assert not isinstance(mailer_for("smtp://localhost:25", root), NamingMailer)
    with pytest.raises(ProjectError, match="is no place for mail"):
        mailer_for("pigeon://roof", root)
