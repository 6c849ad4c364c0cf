"""Which mail provider a URL means; what proves who we are comes from the environment, and is never shown.

    ses://eu-west-1[?configuration_set=NAME]     AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN
    sendgrid://                                  SENDGRID_API_KEY
    postmark://[STREAM]                          POSTMARK_SERVER_TOKEN
    mailgun://mg.example.org[?region=eu]         MAILGUN_API_KEY

Each may end with `endpoint=URL`, for a proxy or a server of one's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from envoi.adapters.messages.providers.http import HttpMailer
from envoi.adapters.messages.providers.mailgun import REGIONS, MailgunApi
from envoi.adapters.messages.providers.postmark import PostmarkApi
from envoi.adapters.messages.providers.sendgrid import SendgridApi
from envoi.adapters.messages.providers.ses import Credentials, SesApi
from envoi.clock import SystemClock
from envoi.errors import ProjectError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from envoi.adapters.messages.providers.http import Api


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What a URL asks for."""

    scheme: str
    #: What follows the two slashes.
    place: str
    options: Mapping[str, str]
    environment: Mapping[str, str]

    def needed(self, variable: str) -> str:
        if value := self.environment.get(variable, "").strip():
            return value
        hint = f"set the variable {variable}; it is read from the environment only"
        raise ProjectError(f"{self.scheme}:// needs a key that is not there", hint=hint)

    @property
    def origin(self) -> str:
        return self.options.get("endpoint", "")


def _ses(asked: _Asked) -> Api:
    if not asked.place:
        raise ProjectError("ses:// names no region", hint="write it as ses://eu-west-1")
    who = Credentials(
        key_id=asked.needed("AWS_ACCESS_KEY_ID"),
        secret=asked.needed("AWS_SECRET_ACCESS_KEY"),
        session=asked.environment.get("AWS_SESSION_TOKEN", ""),
    )
    configuration_set = asked.options.get("configuration_set", "")
    return SesApi(asked.place, who, SystemClock(), configuration_set=configuration_set, origin=asked.origin)


def _mailgun(asked: _Asked) -> Api:
    region = asked.options.get("region", "us")
    if not asked.place or region not in REGIONS:
        raise ProjectError(
            "mailgun:// names no domain and region", hint="write it as mailgun://mg.example.org?region=eu"
        )
    return MailgunApi(asked.place, asked.needed("MAILGUN_API_KEY"), region=region, origin=asked.origin)


_APIS: Mapping[str, tuple[Callable[[_Asked], Api], frozenset[str]]] = {
    "ses": (_ses, frozenset({"configuration_set"})),
    "sendgrid": (lambda asked: SendgridApi(asked.needed("SENDGRID_API_KEY"), origin=asked.origin), frozenset()),
    "postmark": (
        lambda asked: PostmarkApi(asked.needed("POSTMARK_SERVER_TOKEN"), stream=asked.place, origin=asked.origin),
        frozenset(),
    ),
    "mailgun": (_mailgun, frozenset({"region"})),
}
_HERE = frozenset({"127.0.0.1", "::1", "localhost"})
#: The beginnings of URLs that mean a provider.
SCHEMES = tuple(_APIS)


def is_provider(url: str) -> bool:
    """Whether a URL means a provider.

    >>> is_provider("ses://eu-west-1"), is_provider("smtp://localhost")
    (True, False)
    """
    return url.partition("://")[0] in _APIS and "://" in url


def provider_elsewhere(url: str) -> str:
    """The provider of this URL, as people read it; empty for a server on this machine that stands for it.

    >>> provider_elsewhere("ses://eu-west-1?configuration_set=shop"), provider_elsewhere("sendgrid://")
    ('ses://eu-west-1', 'sendgrid://')
    >>> provider_elsewhere("sendgrid://?endpoint=http://127.0.0.1:8080")
    ''
    """
    parts = urlsplit(url)
    endpoint = urlsplit(dict(parse_qsl(parts.query)).get("endpoint", "")).hostname
    return "" if endpoint in _HERE else f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def provider_for(url: str, environment: Mapping[str, str]) -> HttpMailer:
    """The mailer for a provider's URL; nothing is opened yet.

    Raises:
        ProjectError: the URL asks for what the provider has not, or the environment lacks its key.
    """
    parts = urlsplit(url)
    make, options = _APIS[parts.scheme]
    asked = _Asked(
        scheme=parts.scheme,
        place=parts.hostname or "",
        options=dict(parse_qsl(parts.query)),
        environment=environment,
    )
    if parts.username is not None or parts.password is not None:
        raise ProjectError(
            f"a key stands in a URL that begins with {parts.scheme}://", hint="keys are read from the environment only"
        )
    for name in asked.options.keys() - options - {"endpoint"}:
        raise ProjectError(f"{parts.scheme}:// has no option {name!r}", hint=did_you_mean(name, options | {"endpoint"}))
    return HttpMailer(make(asked))
