from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

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


def test_mailchimps_own_blueprints_parse_and_print_envois_data(envoi_data: Path) -> None:
    packed = envoi_data / "mailchimp_blueprints" / "templates.json.gz"
    blueprints: dict[str, str] = json.loads(gzip.decompress(packed.read_bytes()))
    assert blueprints
    for source in blueprints.values():
        printed = parse(source).render(DATA)
        assert "*|" not in printed
        assert ("https://example.com/u" in printed) == ("*|UNSUB|*" in source)
        assert ("Maple &amp; Main" in printed) == ("*|LIST:COMPANY|*" in source)
        assert printed.count("mc:edit") == source.count("mc:edit")
