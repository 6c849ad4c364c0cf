"""Real mails on the wire: what the stdlib reads is what was meant, encoded whole or piece by piece."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from envoi.messages.mime import to_bytes
from envoi.templates import handlebars, mailchimp
from envoi.templates.quoted import encoded, joined
from tests.messages.plain import PLAIN
from tests.messages.test_mime import body, read
from tests.templates.mailchimp.test_blueprints import DATA

if TYPE_CHECKING:
    from pathlib import Path

    from envoi.templates.program import Program

_NAMES = {"product_name": "Zoë's .shop", "name": "Ünal = 1", "action_url": "https://example.org/?a=1&b=2"}


@pytest.fixture(scope="module")
def programs(envoi_data: Path) -> list[Program]:
    def read_all(name: str) -> dict[str, str]:
        return json.loads(gzip.decompress((envoi_data / name / "templates.json.gz").read_bytes()))  # type: ignore[no-any-return]

    blueprints = [mailchimp.parse(source) for source in read_all("mailchimp_blueprints").values()]
    pages = {name: source for name, source in read_all("postmark_templates").items() if name.endswith(".html")}
    return [*blueprints, *(handlebars.parse(source) for source in pages.values())]


def test_every_mail_of_the_corpora_is_read_as_it_was_meant(programs: list[Program]) -> None:
    assert len(programs) > 80
    for program in programs:
        html = program.render({**DATA, **_NAMES}).lstrip()
        pieces = joined(program.encoded(encoded).render({**DATA, **_NAMES}))
        for each in (html, pieces):
            data = to_bytes(replace(PLAIN, html=each, text=html[:5000]))
            lines = data.split(b"\r\n")
            assert max(map(len, lines)) <= 120, "headers aside, 76"
            assert max(map(len, lines[lines.index(b"") :])) <= 76
            assert not any(line.startswith(b".") or b"\r" in line or b"\n" in line for line in lines)
            mail = read(replace(PLAIN, html=each, text=html[:5000]))
            assert body(mail, "html") == html.replace("\r\n", "\n").replace("\r", "\n")
            assert body(mail, "plain") == html[:5000].replace("\r\n", "\n").replace("\r", "\n")
