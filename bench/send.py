"""A campaign from the decision to the server's answer, on one core: against the usual Python parts in the same run.

    python bench/send.py [people]

"wire" hands finished messages of 14 KB to a server on this machine; "no books" decides (audience, consent, products of
2,000), renders, makes MIME, signs and hands over, and keeps nothing; "whole" plans the same campaign (each mail tried)
and sends it (consent asked twice more, ledger and log on disk), in rounds of one campaign each. The usual parts are
python-liquid, EmailMessage, dkimpy and aiosmtplib, with the products given and no ledger.
CPU time of the sending process; the server is another one.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
from contextlib import closing, contextmanager
from email.message import EmailMessage
from itertools import chain, islice
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import TYPE_CHECKING

import aiosmtplib
import dkim
import liquid
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench._measure import machine, report
from bench._promoted import CAMPAIGNS, make
from bench.promotion import FIXED, LIQUID, catalogue, people
from envoi.adapters.messages.smtp import SmtpMailer
from envoi.adapters.messages.smtp_connect import parse_server
from envoi.campaigns.compose import compose, prepared
from envoi.campaigns.plan import Known, plan_in_lots
from envoi.hosts.local import open_project
from envoi.hosts.sending import open_sender
from envoi.hosts.signing import signers_of
from envoi.hosts.surroundings import MAIL_URL
from envoi.messages.mime import Lines, to_bytes
from envoi.messages.port import Outgoing, Ready, Settled
from envoi.templates.liquid.filters import money

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SINK = Path(__file__).with_name("_sink.py")
#: As many connections as Postfix allows one client.
PEOPLE, FEW, CONNECTIONS = 5_000, 150, 50
_DKIM = '[[dkim]]\ndomain = "shop.example.com"\nselector = "s1"\nkey = "dkim.pem"\n'


@contextmanager
def sink() -> Iterator[int]:
    """A server in a process of its own; gives its port."""
    with subprocess.Popen([sys.executable, str(SINK)], stdout=subprocess.PIPE, text=True) as server:  # noqa: S603
        assert server.stdout
        try:
            yield int(server.stdout.readline())
        finally:
            server.kill()


def hand_over(port: int, made: Iterator[Outgoing], *, count: int) -> None:
    """Has a server here take so many messages, as many at a time as the mailer has room for."""
    url, settled = f"smtp://127.0.0.1:{port}?connections={CONNECTIONS}", 0
    with closing(SmtpMailer(parse_server(url))) as mailer:
        while settled < count:
            for outgoing in islice(made, mailer.room()):
                mailer.offer(outgoing)
            for notice in mailer.poll(1.0):
                if isinstance(notice, Ready):
                    mailer.release(notice.message_id, go=True)
                else:
                    assert isinstance(notice, Settled)
                    assert notice.receipt.state == "accepted"
                    settled += 1


def wire(port: int, count: int) -> float:
    """CPU microseconds to hand over one message of 14 KB."""
    data = Lines(b"Subject: Autumn\r\n\r\n" + (b"x" * 74 + b"=\r\n") * 185)
    waiting = [
        Outgoing(message_id=f"m{n}", sender="post@example.com", recipient=f"u{n}@example.org", data=data)
        for n in range(count)
    ]
    start = process_time()
    hand_over(port, iter(waiting), count=count)
    return (process_time() - start) / count * 1e6


def without_books(root: Path, campaign: str, port: int, count: int) -> float:
    """CPU microseconds to decide, render, make MIME, sign and hand over one mail, without ledger and log."""
    with open_project(root) as envoi:
        start = process_time()
        press, signers = prepared(envoi.press(campaign)), signers_of(root, envoi.project.settings)
        stores = envoi.stores
        known = Known(definitions=envoi.project.definitions, tables=stores.tables, people=stores.people)

        def made() -> Iterator[Outgoing]:
            for one in chain.from_iterable(plan_in_lots(press.campaign, known, envoi.clock.now())):
                assert one.decision
                assert one.profile
                message = compose(press, one.decision, one.profile, one.decision.id)
                data = to_bytes(message, signers=signers)
                yield Outgoing(
                    message_id=message.id, sender=message.sender.address, recipient=message.to.address, data=data
                )

        hand_over(port, made(), count=count)
        return (process_time() - start) / count * 1e6


def key() -> bytes:
    """An RSA-2048 key as a file holds it."""
    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return made.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())


def whole(root: Path, campaign: str, count: int) -> tuple[float, float, float]:
    """CPU microseconds to plan and to send one mail, and seconds for all."""
    begun, start = perf_counter(), process_time()
    with open_project(root) as envoi:
        envoi.freeze(campaign)
    planned = process_time()
    with open_sender(root) as sender:
        sent = sender.send(campaign)
    assert sent.report.states["accepted"] == count, sent.report
    ended = process_time()
    return (planned - start) / count * 1e6, (ended - planned) / count * 1e6, perf_counter() - begun


def usual(port: int, pem: bytes) -> float:
    """CPU microseconds of one mail by the usual parts; signed if there is a key."""
    engine = liquid.Environment(autoescape=True)
    engine.add_filter("money", money)
    template = engine.from_string(LIQUID)
    persons = people(FEW, catalogue(2_000))

    def made(one: dict[str, dict[str, str]]) -> bytes:
        mail = EmailMessage()
        mail["From"], mail["To"] = "Maple & Main <post@shop.example.com>", one["person"]["email"]
        mail["Subject"], mail["Message-ID"] = "Autumn picks & more", f"<{one['person']['token']}@shop.example.com>"
        mail["List-Unsubscribe"] = f"<https://shop.example.com/u/{one['person']['token']}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        mail.set_content("Your picks of the week\n" * 60)
        mail.add_alternative(template.render(**one, **FIXED), subtype="html", cte="quoted-printable")
        data = mail.as_bytes().replace(b"\n", b"\r\n")
        return (
            dkim.sign(data, b"s1", b"shop.example.com", pem, canonicalize=(b"relaxed", b"simple")) + data
            if pem
            else data
        )

    async def send() -> None:
        async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False) as client:
            for one in persons:
                await client.sendmail("post@shop.example.com", [one["person"]["email"]], made(one))

    start = process_time()
    asyncio.run(send())
    return (process_time() - start) / FEW * 1e6


def told(name: str, samples: list[float], base: float = 0.0) -> float:
    """Prints a line, and how many a second one core makes of it."""
    report(name, samples, "us")
    found = median(samples)
    ratio = f", {base / found:.1f} x the usual parts" if base else ""
    print(f"{'':<56} {1e6 / found:9,.0f} a second{ratio}")
    return found


def main(count: int) -> None:
    """All of it, the rounds in turns."""
    pem = key()
    with sink() as port, tempfile.TemporaryDirectory() as folder:
        os.environ[MAIL_URL] = f"smtp://127.0.0.1:{port}?connections={CONNECTIONS}"
        roots = {"unsigned": Path(folder) / "unsigned", "RSA-2048": Path(folder) / "signed"}
        for name, root in roots.items():
            make(root, count, dkim=_DKIM if name == "RSA-2048" else "")
            (root / "dkim.pem").write_bytes(pem)
        samples: dict[str, list[float]] = {}

        def note(name: str, work: Callable[[], float]) -> None:
            samples.setdefault(name, []).append(work())

        for campaign in CAMPAIGNS:
            note("wire", lambda: wire(port, 3 * count))
            for name, root in roots.items():
                note(
                    f"no books, {name}", lambda root=root, campaign=campaign: without_books(root, campaign, port, count)
                )
                planned, sent, took_s = whole(root, campaign, count)
                note(f"whole, {name}", lambda planned=planned, sent=sent: planned + sent)
                note(f"  of it planning, {name}", lambda planned=planned: planned)
                note(f"  of it sending, {name}", lambda sent=sent: sent)
                print(f"{campaign}, {name}: {count / took_s:,.0f} a second by the clock on the wall")
            note("usual parts, unsigned", lambda: usual(port, b""))
            note("usual parts, RSA-2048", lambda: usual(port, pem))
    told("wire: 14 KB to a server here", samples.pop("wire"))
    for name in roots:
        base = told(f"usual parts, {name}", samples.pop(f"usual parts, {name}"))
        for each in [each for each in samples if each.endswith(name)]:
            told(each, samples[each], base)


if __name__ == "__main__":
    print(machine())
    main(int(sys.argv[1]) if len(sys.argv) > 1 else PEOPLE)
