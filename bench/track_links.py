"""What it costs that links can be followed and openings counted: the promotion with 11 links, composed for many people.

    python bench/track_links.py

CPU time a mail, rendered to the quoted-printable text that mails carry, on one core, the ways in turns. "plain" is the
mail with its links as they are; "tracked" has each led by way of us and a pixel; in "own" each person's links lead
to addresses of their own, so that each must be remembered; the rival does what most do: finds the links of each
finished mail, and signs each with HMAC.
"""

from __future__ import annotations

import gc
import hmac
import re
import sys
from base64 import urlsafe_b64encode
from html import unescape
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench._measure import machine, report
from bench.promotion import FIXED, LIQUID, catalogue, people
from envoi.adapters.messages.memory_links import MemoryLinkTable
from envoi.messages.links import Links
from envoi.messages.track import Targets
from envoi.templates.links import MARK, TAIL, led, pixel, tailed
from envoi.templates.liquid import parse
from envoi.templates.quoted import encoded

if TYPE_CHECKING:
    from collections.abc import Callable

    from envoi.templates.program import Program

ROUNDS, PEOPLE = 9, 400
LINKS = Links(base="https://mail.example.com", secret=b"bench" * 8)
_HREF = re.compile(r'(<a\b[^>]*?\shref=")([^"]+)(")')
#: The mail without a person's token in its links, as mails are whose sender leaves counting to others.
SHARED = re.sub(r"(&amp;|\?)[rt]={{ person.token }}", "", LIQUID)


def ready(source: str, lead: Callable[[str], str] | None = None) -> Program:
    """The template as it is sent: worked out for the campaign, and encoded."""
    template = parse(source).given(FIXED)
    return (tailed(led(template, lead)) if lead else template).encoded(encoded)


def tracked(source: str, table: MemoryLinkTable) -> Callable[[int, dict[str, Any]], str]:
    """Renders a mail with its links led; where they lead is stored."""
    targets = Targets(LINKS, "autumn")
    template = ready(source, targets.lead)

    def make(number: int, data: dict[str, Any]) -> str:
        mark = targets.mark(f"{number:032x}")
        made = template.render({**data, MARK: mark, TAIL: pixel(targets.pixel + mark)})
        targets.store(table)
        return made

    return make


def rival() -> Callable[[int, dict[str, Any]], str]:
    """Finds each link in the finished HTML, signs it, and encodes the whole."""
    template = parse(SHARED).given(FIXED)

    def make(number: int, data: dict[str, Any]) -> str:
        def signed(found: re.Match[str]) -> str:
            body = f"{number}\0{unescape(found[2])}".encode()
            token = urlsafe_b64encode(hmac.digest(b"bench", body, "sha256")[:16] + body).decode()
            return f"{found[1]}https://mail.example.com/c/{token}{found[3]}"

        return encoded(_HREF.sub(signed, template.render(data)))

    return make


def main() -> None:
    """Measures, and prints."""
    everyone = people(PEOPLE, catalogue(2_000))
    table = MemoryLinkTable()
    plain = ready(SHARED)
    ways: dict[str, Callable[[int, dict[str, Any]], str]] = {
        "plain": lambda _, data: plain.render(data),
        "tracked": tracked(SHARED, table),
        "tracked, links of one's own": tracked(LIQUID, MemoryLinkTable()),
        "rival: HTML searched, an HMAC a link": rival(),
    }
    samples: dict[str, list[float]] = {name: [] for name in ways}
    gc.disable()
    for turn in range(ROUNDS + 1):
        for name, make in ways.items():
            began = process_time()
            for number, data in enumerate(everyone):
                make(number + turn * PEOPLE, data)
            if turn:  # the first is to warm up
                samples[name].append((process_time() - began) / PEOPLE * 1e6)
    print(machine())
    sizes = {name: len(make(0, everyone[0])) for name, make in ways.items()}
    for name, taken in samples.items():
        report(f"{name} ({sizes[name]:,} bytes)", taken, "us")
    links = ways["tracked"](0, everyone[0]).replace("=\r\n", "").count("/c/")
    print(f"{links} links a mail")


if __name__ == "__main__":
    main()
