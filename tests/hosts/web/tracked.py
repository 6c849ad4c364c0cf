"""The small shop, counting clicks and openings of all but those who said no, and one campaign that it sent."""

from __future__ import annotations

import re
from email.parser import BytesParser
from email.policy import SMTP
from html import unescape
from typing import TYPE_CHECKING

from envoi.events.port import Batch
from envoi.flow import on_events
from envoi.hosts.local import open_project
from tests.hosts.web.shop import DAY, FILES, NOW, PEOPLE, event, life_of, write_files

if TYPE_CHECKING:
    from email.message import EmailMessage
    from pathlib import Path

    from envoi.events.event import Event

BASE = "https://mail.example.org"
SETTINGS = f"""
[mail]
link_base = "{BASE}"
unsubscribe_mailto = "unsubscribe@in.example.org"
[tracking]
clicks = "opt-out"
opens = "opt-out"
[purposes.newsletter]
title = "Our newsletter"
description = "Once a week, what is new."
[purposes.newsletter.topics]
wine = "Wine"
cheese = "Cheese & bread"
[purposes.surveys]
title = "Surveys"
"""
LETTER = """<mjml><mj-head><mj-title>News</mj-title></mj-head><mj-body><mj-section><mj-column>
<mj-button href="https://shop.example.org/sale?a=1&amp;b=2">Sale</mj-button>
<mj-text>Hello {{ person.first_name }}, <a href="https://shop.example.org/for/{{ person.id | url_encode }}">yours</a>
{% for p in products %}<a href="https://shop.example.org/p/{{ p.product }}">{{ p.name }}</a>{% endfor %}
<a href="{{ view_url }}">In the browser</a> <a href="{{ preferences_url }}">Choose</a>
<a href="{{ unsubscribe_url }}">Leave</a> <a href="mailto:shop@example.org">Write</a> {{ shop.address }}</mj-text>
</mj-column></mj-section></mj-body></mjml>"""
#: Who said no to being counted.
SHY = "6"


def make(root: Path) -> None:
    """Writes the project, takes in what happened, and sends the campaign "hello" to a folder."""
    files = {name: text for name, text in FILES.items() if not name.startswith("campaigns/") or "hello" in name}
    files["envoi.toml"] += SETTINGS
    files["templates/hello.mjml"] = LETTER
    write_files(root, {name: text for name, text in files.items() if "wild" not in name})
    events = [one for number in range(PEOPLE) for one in life_of(number)]
    no = [
        event(SHY, "Consent Changed", NOW - 100 * DAY, purpose=purpose, granted=False)
        for purpose in ("click_tracking", "open_tracking")
    ]
    with open_project(root) as envoi:
        list(on_events(envoi.stores, [Batch(events=[*events, *no])]))
    with open_project(root) as envoi:
        envoi.send("hello")


def mail_of(root: Path, person: str, *, campaign: str = "hello") -> EmailMessage:
    """The mail that this person got."""
    with open_project(root, read_only=True) as envoi:
        (entry,) = envoi.stores.statement.entries(campaign, person=person)
    written = (root / ".envoi" / "mail" / f"{entry.message_id}.eml").read_bytes()
    return BytesParser(policy=SMTP).parsebytes(written)


def html_of(root: Path, person: str, *, campaign: str = "hello") -> str:
    """Its HTML."""
    part = mail_of(root, person, campaign=campaign).get_body(("html",))
    return str(part.get_content()) if part else ""


def links_in(html: str) -> list[str]:
    """The paths of the links in it that lead by way of us."""
    return [unescape(each) for each in re.findall(rf'href="{re.escape(BASE)}(/c/[^"]+)"', html)]


def pixel_in(html: str) -> str:
    """The path of its pixel."""
    (found,) = re.findall(rf'src="{re.escape(BASE)}(/o/[^"]+)"', html)
    return str(found)


def page_in(html: str, name: str) -> str:
    """The path of a page that it leads to."""
    return str(re.findall(rf'href="{re.escape(BASE)}(/{name}/[^"]+)"', html)[0])


def heard(root: Path, *names: str) -> list[Event]:
    """What the log has of these names, in its order."""
    with open_project(root) as envoi:
        return [stored.event for stored in envoi.stores.log.read() if stored.event.name in names]
