"""A mail provider's HTTP interface on this machine, which answers as told, and keeps what it took."""

from __future__ import annotations

import json
import socket
import threading
from base64 import b64decode
from dataclasses import dataclass, field
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """How one request is answered."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    #: None: as the provider answers what it takes.
    body: bytes | None = None
    #: It takes the mail, and hangs up without an answer.
    hangs_up: bool = False
    #: It hangs up when it has the head, before the mail.
    cuts_off: bool = False
    #: It takes the mail, and says nothing until the server ends.
    is_silent: bool = False


OK = Reply()


@dataclass(frozen=True, slots=True, kw_only=True)
class Took:
    """One request that was taken: the head in small letters, and the mails by our Message-ID."""

    path: str
    headers: dict[str, str]
    body: bytes
    mails: dict[str, Any]


def ses_mails(_: dict[str, str], body: bytes) -> dict[str, Any]:
    content = json.loads(body)
    return {content["EmailTags"][0]["Value"]: b64decode(content["Content"]["Raw"]["Data"])}


def sendgrid_mails(_: dict[str, str], body: bytes) -> dict[str, Any]:
    content = json.loads(body)
    return {content["personalizations"][0]["custom_args"]["envoi_message"]: content}


def postmark_mails(_: dict[str, str], body: bytes) -> dict[str, Any]:
    return {mail["Metadata"]["envoi-message"]: mail for mail in json.loads(body)}


def mailgun_mails(headers: dict[str, str], body: bytes) -> dict[str, Any]:
    boundary = headers["content-type"].partition("boundary=")[2].encode()
    found: dict[str, bytes] = {}
    for part in body.split(b"--" + boundary)[1:-1]:
        head, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        name = BytesParser().parsebytes(head).get_param("name", header="content-disposition")
        found[str(name)] = content.removesuffix(b"\r\n")
    return {found["v:envoi-message"].decode(): found["message"]}


def answer_to(provider: str, mails: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
    """What the provider says when it took these."""
    match provider:
        case "ses":
            return 200, {}, b'{"MessageId": "0102018f-ses"}'
        case "sendgrid":
            return 202, {"X-Message-Id": "sendgrid-1"}, b""
        case "postmark":
            told = [{"ErrorCode": 0, "Message": "OK", "MessageID": f"postmark-{each}"} for each in mails]
            return 200, {}, json.dumps(told).encode()
        case _:
            return 200, {}, b'{"id": "<mailgun-1@example.org>", "message": "Queued. Thank you."}'


MAILS: dict[str, Callable[[dict[str, str], bytes], dict[str, Any]]] = {
    "ses": ses_mails,
    "sendgrid": sendgrid_mails,
    "postmark": postmark_mails,
    "mailgun": mailgun_mails,
}


class ProviderServer:
    """Answers with `replies`, one a request, and OK when there are no more."""

    def __init__(self, provider: str, *replies: Reply) -> None:
        self.provider = provider
        self.replies = list(replies)
        self.took: list[Took] = []
        self.connections = 0
        self.asked = threading.Event()
        self.ending = threading.Event()
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"owner": self}))
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def mails(self) -> dict[str, Any]:
        return {name: mail for each in self.took for name, mail in each.mails.items()}

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ending.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def next_reply(self) -> Reply:
        with self._lock:
            return self.replies.pop(0) if self.replies else OK


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients go away here, and are meant to."""


class _Handler(BaseHTTPRequestHandler):
    #: Whose connection it is.
    owner: ProviderServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 30

    def setup(self) -> None:
        super().setup()
        self.owner.connections += 1

    def do_POST(self) -> None:
        reply = self.owner.next_reply()
        self.owner.asked.set()
        if reply.cuts_off:
            self._hang_up()
            return
        body = self.rfile.read(int(self.headers["content-length"]))
        if reply.is_silent:
            self.owner.ending.wait(30)
            self.close_connection = True
            return
        self._answer(reply, body)

    def _answer(self, reply: Reply, body: bytes) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        mails = MAILS[self.owner.provider](headers, body)
        status, more, content = answer_to(self.owner.provider, mails)
        if reply.body is None and reply.status < 300:
            self.owner.took.append(Took(path=self.path, headers=headers, body=body, mails=mails))
        else:
            status, more, content = reply.status, {}, reply.body or b""
        if reply.hangs_up:
            self._hang_up()
            return
        self.send_response(status)
        for name, value in {**more, **reply.headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, *_: object) -> None:
        """Says nothing."""
