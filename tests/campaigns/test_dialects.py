"""A campaign in every dialect, from the project's files to the mail that arrives: planned, composed, sent and read."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from envoi.adapters.messages.memory import MemoryMailer
from envoi.campaigns.compose import Press
from envoi.campaigns.words import known_paths
from envoi.clock import FixedClock
from envoi.flow import Run, in_bulk, send
from envoi.messages.links import Links
from envoi.templates import check
from tests.campaigns.corner import FILES
from tests.campaigns.people import NOW, Customer, shop

LINKS = Links(base="https://shop.example.org", secret=b"s" * 32)
PAGE = "<html><head><title>{}</title></head><body><p>{}</p><table>{}</table>{}<a href='{}'>no</a></body></html>"
MJML = (
    "<mjml><mj-head><mj-title>{}</mj-title></mj-head><mj-body><mj-section><mj-column><mj-text>{}</mj-text>"
    "<mj-table>{}</mj-table><mj-text>{}<a href='{}'>no</a></mj-text></mj-column></mj-section></mj-body></mjml>"
)
LIQUID = (
    "{{ content.headline }}",
    "Hi {{ FNAME }}",
    "{% for p in products %}<tr><td>{{ p.name }}</td></tr>{% endfor %}",
    "{% render 'foot' %}",
    "{{ unsubscribe_url }}",
)
HANDLEBARS = (
    "{{content.headline}}",
    "Hi {{FNAME}}",
    "{{#each products}}<tr><td>{{name}}</td></tr>{{/each}}",
    "{{> foot}}",
    "{{unsubscribe_url}}",
)
MUSTACHE = (*HANDLEBARS[:2], "{{#products}}<tr><td>{{name}}</td></tr>{{/products}}", *HANDLEBARS[3:])
MAILCHIMP = (
    "*|MC:SUBJECT|*",
    "Hi *|FNAME|*",
    "<tr><td>*|IF:TIER = gold|*Tea*|ELSE:|*nothing*|END:IF|*</td></tr>",
    "<p>*|LIST:COMPANY|* &amp; you</p>",
    "*|UNSUB|*",
)
AMPSCRIPT = (
    "%%headline%%",
    "Hi %%FNAME%%",
    "%%[ SET @p = products FOR @i = 1 TO RowCount(@p) DO ]%%<tr><td>%%=Field(Row(@p, @i), 'name')=%%</td></tr>"
    "%%[ NEXT @i ]%%",
    "%%=ContentBlockByName('foot')=%%",
    "%%unsub_center_url%%",
)
FOOTS = {
    "templates/partials/foot.liquid": "<p>{{ shop.name }} &amp; you</p>",
    "templates/partials/foot.hbs": "<p>{{shop.name}} &amp; you</p>",
    "templates/partials/foot.mustache": "<p>{{shop.name}} &amp; you</p>",
    "templates/partials/foot.amp.html": "<p>%%member_busname%% &amp; you</p>",
}
BLOCKS = """subject = "{{ content.headline }}"

[[blocks]]
kind = "text"
text = "Hi {{ person.first_name }}"

[[blocks]]
kind = "products"
layout = "list"
"""
NAMES = """
[names]
FNAME = "person.first_name"
TIER = "person.tier"
headline = "content.headline"
"""


def page(template: str, text: str, *, campaign: str = "") -> dict[str, str]:
    """The corner shop with this template, to write to one who loves tea."""
    hello = FILES["campaigns/hello.toml"].replace('"hello.mjml"', f'"{template}"\n{campaign}').replace("0.25", "0.0")
    files = {key: value for key, value in FILES.items() if not key.startswith("templates/")}
    names = {"envoi.toml": FILES["envoi.toml"] + NAMES, "campaigns/hello.toml": hello}
    return files | names | FOOTS | {f"templates/{template}": text}


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("t.liquid", PAGE.format(*LIQUID)),
        ("t.hbs", PAGE.format(*HANDLEBARS)),
        ("t.mustache", PAGE.format(*MUSTACHE)),
        ("t.mailchimp.html", PAGE.format(*MAILCHIMP)),
        ("t.amp.html", PAGE.format(*AMPSCRIPT)),
        ("t.mjml", MJML.format(*LIQUID)),
        ("t.liquid.mjml", MJML.format(*LIQUID)),
        ("t.hbs.mjml", MJML.format(*HANDLEBARS)),
        ("t.mustache.mjml", MJML.format(*MUSTACHE)),
        ("t.mailchimp.mjml", MJML.format(*MAILCHIMP)),
        ("t.amp.mjml", MJML.format(*AMPSCRIPT)),
    ],
)
def test_the_mail_arrives_as_its_dialect_says(template: str, text: str) -> None:
    subject = 'subject = "For our *|TITLE:TIER|* ones"' if "mailchimp" in template else ""
    mail = arrived(page(template, text, campaign=subject))
    assert mail["Subject"] == ("For our Gold ones" if subject else "For our best")
    plain, html = read(mail, "plain"), read(mail, "html")
    assert "Hi N1" in html
    assert re.search(r"Tea\s*</td></tr>", html)
    assert re.search(r"<p[^>]*>Corner shop &amp; you</p>", html)
    assert plain.split("https://")[0].split() == ["Hi", "N1", "Tea", "Corner", "shop", "&", "you", "no", "("]
    assert re.search(r"""href=["']https://shop.example.org/unsubscribe/""", html)


def test_a_mail_of_blocks_arrives_too() -> None:
    plain = read(arrived(page("t.blocks.toml", BLOCKS)), "plain")
    assert [each in plain for each in ("Hi N1", "Tea", "Corner shop")] == [True] * 3


def read(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body([kind])
    assert body is not None
    return str(body.get_content())


def arrived(files: dict[str, str]) -> EmailMessage:
    """The one mail that the campaign sends, as a mail program reads it."""
    with shop([Customer(tier="gold", email="ada@example.org")], files) as (project, stores):
        campaign, known = project.campaign("hello"), known_paths(project)
        assert [each for each in check(project.mail(campaign), known) if each.severity == "error"] == []
        press = Press(campaign=campaign, template=project.mail(campaign), settings=project.settings, links=LINKS)
        in_bulk(campaign, stores, project.definitions, NOW, press=press)
        mailer = MemoryMailer()
        send(press, stores, Run(mailer=mailer, clock=FixedClock(NOW)))
    (sent,) = mailer.sent
    mail = message_from_bytes(sent.data, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return mail
