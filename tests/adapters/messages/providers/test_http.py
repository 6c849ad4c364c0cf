"""Mail over HTTP: each fault of a provider has one meaning, and nothing is sent that may have been accepted."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from envoi.adapters.messages.providers.http import ANSWER_S, CONNECTIONS, PATIENCE_S, Api, HttpMailer
from envoi.adapters.messages.providers.link import Answer
from envoi.adapters.messages.providers.mailgun import MailgunApi
from envoi.adapters.messages.providers.postmark import PostmarkApi
from envoi.adapters.messages.providers.sendgrid import SendgridApi
from envoi.adapters.messages.providers.ses import Credentials, SesApi
from envoi.adapters.messages.providers.webhook import WINDOW_S
from envoi.clock import FixedClock, instant
from envoi.errors import MailerBusy, ProjectError, Unreachable
from envoi.messages.address import Mailbox
from envoi.messages.ledger import Receipt, State
from envoi.messages.message import Message
from envoi.messages.mime import to_bytes
from envoi.messages.port import Outgoing, Ready, Settled, Stopped
from tests.faults.provider_server import ProviderServer, Reply

if TYPE_CHECKING:
    from collections.abc import Iterator

    from envoi.messages.port import Notice

PROVIDERS = ("ses", "sendgrid", "postmark", "mailgun")
SECRET = "a-secret-that-nobody-may-see"  # noqa: S105 - and it is none
CLOCK = FixedClock(instant(datetime(2026, 11, 20, 12, tzinfo=UTC)))


def api_of(provider: str, origin: str) -> Api:
    match provider:
        case "ses":
            who = Credentials(key_id="AKIDEXAMPLE", secret=SECRET, session=SECRET)
            return SesApi("eu-west-1", who, CLOCK, configuration_set="shop", origin=origin)
        case "sendgrid":
            return SendgridApi(SECRET, origin=origin)
        case "postmark":
            return PostmarkApi(SECRET, origin=origin)
        case _:
            return MailgunApi("mg.example.org", SECRET, origin=origin)


def letter(n: int = 1) -> Outgoing:
    name = f"{n:032x}"
    message = Message(
        id=name,
        campaign="spring",
        person=f"p{n}",
        sender=Mailbox(name="Blümchen", address="shop@example.org"),
        to=Mailbox(name="Ann Lee", address=f"ann{n}@example.org"),
        subject="Grüße aus dem Garten",
        html="<p>Guten Tag, schöne Grüße</p>",
        text="Guten Tag, schöne Grüße",
        date=datetime(2026, 11, 20, 12, tzinfo=UTC),
        unsubscribe_url="https://shop.example.org/unsubscribe/t",
        list_id="news.example.org",
    )
    return Outgoing(
        message_id=name, sender="bounce@example.org", recipient=f"ann{n}@example.org", data=to_bytes(message)
    )


def go(mailer: HttpMailer, letters: list[Outgoing]) -> list[Notice]:
    """Offers and releases them all; what was heard until each has ended, but for what says that it is their turn."""
    heard: list[Notice] = []
    for outgoing in letters:
        mailer.offer(outgoing)
    while sum(isinstance(each, Settled) for each in heard) < len(letters):
        for notice in mailer.poll(30):
            if isinstance(notice, Ready):
                mailer.release(notice.message_id, go=True)
            else:
                heard.append(notice)
    return heard


def end(mailer: HttpMailer, outgoing: Outgoing | None = None) -> Receipt:
    """What becomes of one mail."""
    (settled,) = go(mailer, [outgoing or letter()])
    assert isinstance(settled, Settled)
    return settled.receipt


def stop(mailer: HttpMailer) -> tuple[State, Stopped]:
    """What becomes of one mail, and why the mailer stopped."""
    settled, stopped = go(mailer, [letter()])
    assert isinstance(settled, Settled)
    assert isinstance(stopped, Stopped)
    return settled.receipt.state, stopped


@pytest.fixture(params=PROVIDERS)
def server(request: pytest.FixtureRequest) -> Iterator[ProviderServer]:
    with ProviderServer(request.param) as made:
        yield made


@pytest.fixture
def mailer(server: ProviderServer) -> Iterator[HttpMailer]:
    made = HttpMailer(api_of(server.provider, server.origin), connections=2, answer_s=30, patience_s=0.5)
    yield made
    made.close()


def test_a_mail_is_taken_with_our_name_for_it(server: ProviderServer, mailer: HttpMailer) -> None:
    receipt = end(mailer)
    assert receipt.state is State.ACCEPTED
    assert server.mails.keys() == {letter().message_id}


def test_connections_are_kept(server: ProviderServer, mailer: HttpMailer) -> None:
    heard = go(mailer, [letter(n) for n in range(8)])
    assert {each.receipt.state for each in heard if isinstance(each, Settled)} == {State.ACCEPTED}
    assert server.connections <= 2
    assert len(server.mails) == 8


@pytest.mark.parametrize("status", [429, 503])
def test_later_is_later(server: ProviderServer, mailer: HttpMailer, status: int) -> None:
    """It is asked again here; nothing is said of it elsewhere."""
    server.replies = [Reply(status=status, headers={"Retry-After": "0"}, body=b"slow down")] * 2
    assert end(mailer).state is State.ACCEPTED
    assert len(server.mails) == 1


def test_much_later_is_deferred_until_then(server: ProviderServer, mailer: HttpMailer) -> None:
    server.replies = [Reply(status=429, headers={"Retry-After": "120"}, body=b"slow down")]
    receipt = end(mailer)
    assert (receipt.state, receipt.again_s) == (State.DEFERRED, 120.0)
    assert server.mails == {}


def test_a_provider_that_is_always_busy_defers(server: ProviderServer, mailer: HttpMailer) -> None:
    server.replies = [Reply(status=503, headers={"Retry-After": "0"}, body=b"")] * 50
    assert end(mailer).state is State.DEFERRED


@pytest.mark.parametrize("status", [400, 413])
def test_a_mail_that_is_refused_is_rejected_in_the_providers_words(
    server: ProviderServer, mailer: HttpMailer, status: int
) -> None:
    server.replies = [Reply(status=status, body=b'{"message": "to is no address"}')]
    receipt = end(mailer)
    assert receipt.state is State.REJECTED
    assert "to is no address" in receipt.reason
    assert end(mailer).state is State.ACCEPTED


@pytest.mark.parametrize("status", [401, 403, 404, 302, 307])
def test_a_refusal_of_us_stops_the_mailer_and_shows_no_secret(
    server: ProviderServer, mailer: HttpMailer, status: int
) -> None:
    server.replies = [Reply(status=status, headers={"Location": "http://127.0.0.1:1/"}, body=b"no")]
    state, stopped = stop(mailer)
    assert state is State.DEFERRED
    assert isinstance(stopped.error, ProjectError)
    assert SECRET not in repr(stopped) + str(stopped.error)
    assert server.mails == {}


@pytest.mark.parametrize("status", [500, 502, 504])
def test_a_fault_after_the_mail_was_handed_over_is_unknown(
    server: ProviderServer, mailer: HttpMailer, status: int
) -> None:
    server.replies = [Reply(status=status, body=b"oops")]
    assert end(mailer).state is State.UNKNOWN


def test_an_answer_that_never_comes_is_unknown(server: ProviderServer) -> None:
    server.replies = [Reply(is_silent=True)]
    mailer = HttpMailer(api_of(server.provider, server.origin), connections=1, answer_s=0.2)
    receipt = end(mailer)
    mailer.close()
    assert receipt == Receipt(state=State.UNKNOWN, reason="127.0.0.1 did not answer in time when it had the mail")


def test_a_connection_that_ends_after_the_mail_is_unknown(server: ProviderServer, mailer: HttpMailer) -> None:
    server.replies = [Reply(hangs_up=True)]
    assert end(mailer).state is State.UNKNOWN
    assert len(server.mails) == 1
    assert end(mailer).state is State.ACCEPTED


def test_a_connection_that_ends_within_the_mail_is_never_taken_for_sent(
    server: ProviderServer, mailer: HttpMailer
) -> None:
    """So large a mail cannot be out when the other end hangs up: nobody can have accepted it."""
    server.replies = [Reply(cuts_off=True)]
    large = Outgoing(
        message_id=letter().message_id, sender="a@b.org", recipient="c@d.org", data=letter().data + b"x" * 30_000_000
    )
    assert end(mailer, large).state in {State.DEFERRED, State.UNKNOWN}
    assert server.mails == {}


def test_a_connection_that_ended_meanwhile_is_opened_anew(server: ProviderServer, mailer: HttpMailer) -> None:
    server.replies = [Reply(headers={"Connection": "close"})]
    assert [end(mailer).state for _ in range(2)] == [State.ACCEPTED] * 2


@pytest.mark.parametrize("body", [b"<html>Please sign in</html>", b"", b"[]", b'{"ok": true}'])
def test_a_page_of_a_proxy_is_not_taken_for_yes(server: ProviderServer, mailer: HttpMailer, body: bytes) -> None:
    server.replies = [Reply(status=200, body=body)]
    assert end(mailer).state is State.UNKNOWN


def test_nobody_there_stops_the_mailer_and_defers_everything(server: ProviderServer) -> None:
    with ProviderServer("ses") as gone:
        origin = gone.origin
    mailer = HttpMailer(api_of(server.provider, origin), connections=2)
    letters = [letter(n) for n in range(5)]
    heard = go(mailer, letters)
    ends = [each for each in heard if isinstance(each, Settled)]
    assert {each.message_id for each in ends} == {each.message_id for each in letters}
    assert {each.receipt.state for each in ends} == {State.DEFERRED}
    assert isinstance(heard[-1], Stopped)
    assert isinstance(heard[-1].error, Unreachable)
    assert mailer.room() == HttpMailer(api_of(server.provider, origin), connections=2).room()
    mailer.close()


def test_what_was_not_released_when_it_stops_is_deferred(server: ProviderServer, mailer: HttpMailer) -> None:
    server.replies = [Reply(status=401, body=b"no")]
    mailer.offer(letter(1))
    mailer.offer(letter(2))
    mailer.release(letter(1).message_id, go=True)
    heard = list(mailer.poll(30))
    while not isinstance(heard[-1], Stopped):
        heard += mailer.poll(30)
    ends = {each.message_id: each.receipt.state for each in heard if isinstance(each, Settled)}
    assert ends == {letter(1).message_id: State.DEFERRED, letter(2).message_id: State.DEFERRED}


def test_closing_ends_what_is_under_way(server: ProviderServer) -> None:
    server.replies = [Reply(is_silent=True)]
    mailer = HttpMailer(api_of(server.provider, server.origin), connections=1, answer_s=30)
    mailer.offer(letter())
    mailer.release(letter().message_id, go=True)
    assert server.asked.wait(30)
    mailer.close()
    assert end(mailer).state is State.ACCEPTED
    mailer.close()


def test_the_promised_numbers() -> None:
    """As docs/how-to/mail-providers.md has them."""
    assert (CONNECTIONS, PATIENCE_S, ANSWER_S, PostmarkApi.most, WINDOW_S) == (8, 10, 60, 100, 25 * 3_600)


def test_no_secret_is_shown(server: ProviderServer) -> None:
    api = api_of(server.provider, server.origin)
    assert SECRET not in repr(api) + repr(api.request([letter()]))


def test_postmark_answers_for_each_mail_of_many() -> None:
    told = [
        {"ErrorCode": 0, "Message": "OK", "MessageID": "p-1"},
        {"ErrorCode": 406, "Message": "You tried to send to a recipient that has been marked as inactive."},
        {"ErrorCode": 429, "Message": "too many requests"},
    ]
    letters = [letter(n) for n in range(3)]
    answer = HttpMailerAnswer(200, told)
    receipts = PostmarkApi(SECRET).receipts(answer.made(), letters)
    assert [each.state for each in receipts] == [State.ACCEPTED, State.REJECTED, State.DEFERRED]
    assert receipts[1].reason == "406 You tried to send to a recipient that has been marked as inactive."


def test_postmark_takes_many_mails_in_one_request() -> None:
    with ProviderServer("postmark") as server:
        mailer = HttpMailer(PostmarkApi(SECRET, origin=server.origin), connections=1)
        heard = go(mailer, [letter(n) for n in range(150)])
        mailer.close()
        assert {each.receipt.state for each in heard if isinstance(each, Settled)} == {State.ACCEPTED}
        assert len(server.mails) == 150
        assert len(server.took) < 150


class HttpMailerAnswer:
    """An answer that was recorded."""

    def __init__(self, status: int, content: object, **headers: str) -> None:
        self.status, self.content, self.headers = status, content, headers

    def made(self) -> Answer:
        named = {name.replace("_", "-"): value for name, value in self.headers.items()}
        return Answer(status=self.status, headers=named, body=json.dumps(self.content).encode())


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("SendingPausedException", ProjectError),
        ("AccountSuspendedException:http://internal", ProjectError),
        ("LimitExceededException", MailerBusy),
    ],
)
def test_ses_stops_where_the_fault_is_the_accounts(fault: str, error: type[Exception]) -> None:
    answer = HttpMailerAnswer(400, {"message": "no"}, x_amzn_errortype=fault).made()
    with pytest.raises(error):
        api_of("ses", "").receipts(answer, [letter()])
