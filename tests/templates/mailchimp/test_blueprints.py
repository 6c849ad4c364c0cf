from __future__ import annotations

import gzip
import json
import re
from datetime import UTC, datetime
from html import unescape
from typing import TYPE_CHECKING

from envoi.templates.language import Language
from envoi.templates.mail import parse_mail
from envoi.templates.mailchimp import parse

if TYPE_CHECKING:
    from pathlib import Path

DATA = {
    "now": datetime(2026, 3, 1, 9, tzinfo=UTC),
    "shop": {"name": "Maple & Main", "address": "1 Main St, Springfield"},
    "why": "You asked for our newsletter.",
    "unsubscribe_url": "https://example.com/u",
    "campaign": {"subject": "News"},
}


def blueprints_of(data: Path) -> dict[str, str]:
    packed = data / "mailchimp_blueprints" / "templates.json.gz"
    found: dict[str, str] = json.loads(gzip.decompress(packed.read_bytes()))
    assert found
    return found


def test_mailchimps_own_blueprints_parse_and_print_envois_data(envoi_data: Path) -> None:
    for source in blueprints_of(envoi_data).values():
        printed = parse(source).render(DATA)
        assert "*|" not in printed
        assert ("https://example.com/u" in printed) == ("*|UNSUB|*" in source)
        assert ("Maple &amp; Main" in printed) == ("*|LIST:COMPANY|*" in source)
        assert printed.count("mc:edit") == source.count("mc:edit")


def test_mailchimps_own_blueprints_are_mails(envoi_data: Path) -> None:
    """With their styles in the elements, a text part and a subject, and nothing of their words lost on the way."""
    for source in blueprints_of(envoi_data).values():
        rendered = parse_mail(source, language=Language(dialect="mailchimp")).render(DATA)
        assert rendered.subject
        assert "*|" not in rendered.subject + rendered.html + rendered.text
        assert rendered.html.count("mc:edit") == source.count("mc:edit")
        assert not rendered.setbacks
        for part in (rendered.html, rendered.text):
            assert ("https://example.com/u" in part) == ("*|UNSUB|*" in source)
        words = set(re.findall(r"[A-Za-z]{4,}", rendered.text))
        assert len(words) > 20
        assert words <= set(re.findall(r"[A-Za-z]{4,}", unescape(rendered.html)))
