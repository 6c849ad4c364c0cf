"""Links led by way of elsewhere: each mail reads as before, and each address leads where it led."""

from __future__ import annotations

import gzip
import json
import quopri
import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from envoi.templates import parse_mail
from envoi.templates.handlebars import parse as parse_handlebars
from envoi.templates.language import Language
from envoi.templates.links import MARK, TAIL, led, tailed
from envoi.templates.liquid import parse
from envoi.templates.program import Program
from envoi.templates.quoted import encoded, joined

HEAD = "https://m.example/c/"
MAIL = """<mjml><mj-head><mj-title>Hello</mj-title></mj-head><mj-body><mj-section><mj-column>
<mj-button href="https://shop.example/sale?a=1&amp;b=2">Sale</mj-button>
<mj-image src="https://shop.example/i.png" href="{{ picture }}" alt="A {{ name }}" />
<mj-text>
{% for p in products %}
<a class="{{ p.kind }}" href="https://shop.example/{{ p.slug }}?q={{ p.q }}&amp;w=1">{{ p.slug }}</a>
{% if p.more %}<a title="a > b" href='{{ p.more }}'>more</a>{% endif %}{% endfor %}
<a href="{% if name %}https://shop.example/for/{{ name }}{% else %}mailto:shop@example.org{% endif %}">Yours</a>
<a href="mailto:shop@example.org?subject={{ name }}">Write</a> <a href="tel:+49">Call</a> <a href="#top">Up</a>
<a href="{{ unsubscribe_url }}">Leave</a> <a>nowhere</a> <a href="">empty</a>
</mj-text></mj-column></mj-section></mj-body></mjml>"""


class Leads:
    """Leads what is on the web by way of us, and remembers."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}

    def __call__(self, url: str) -> str:
        if not url.startswith(("http://", "https://")) or "/unsubscribe/" in url:
            return ""
        return self.found.setdefault(url, f"{HEAD}{len(self.found)}/")

    def back(self, url: str) -> str:
        """The address behind one of ours; any other stays."""
        heads = {head + "MARK": target for target, head in self.found.items()}
        return heads.get(url, url)


class Addresses(HTMLParser):
    """All addresses of a page, in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name == "href" and tag == "a"]


def led_and_plain(template: Program, data: dict[str, object]) -> tuple[list[str], list[str], Leads, str]:
    leads = Leads()
    made = led(template, leads).render({**data, MARK: "MARK"})
    plain = template.render(data)
    return [leads.back(each) for each in Addresses(made).found], Addresses(plain).found, leads, made


words = st.text(st.sampled_from("ab &?=%\"'<>#/äß~"), max_size=8)
products = st.lists(
    st.fixed_dictionaries(
        {"slug": words, "q": words, "kind": words, "more": st.none() | words.map("https://x.example/".__add__)}
    ),
    max_size=4,
)
DATA = st.fixed_dictionaries(
    {
        "products": products,
        "name": st.none() | words,
        "picture": st.none() | words.map("https://p.example/".__add__),
        "unsubscribe_url": st.just("https://m.example/unsubscribe/x"),
    }
)
TEMPLATE = parse_mail(MAIL).html.template


@given(DATA)
@settings(max_examples=80)
def test_every_link_leads_where_it_led(data: dict[str, object]) -> None:
    back, plain, leads, made = led_and_plain(TEMPLATE, data)
    assert back == plain
    assert [each for each in Addresses(made).found if each.startswith(HEAD)]
    assert all(url.startswith(("http://", "https://")) for url in leads.found)

    # Nothing else has changed.
    def restored(found: re.Match[str]) -> str:
        return leads.back(found[0])

    again = re.sub(re.escape(HEAD) + r"\d+/MARK", restored, made)
    assert unescape(again) == unescape(TEMPLATE.render(data))


def test_what_is_no_page_on_the_web_stays() -> None:
    _, _, leads, made = led_and_plain(TEMPLATE, {"unsubscribe_url": "https://m.example/unsubscribe/x"})
    assert list(leads.found) == ["https://shop.example/sale?a=1&b=2"]
    assert 'href="https://m.example/unsubscribe/x"' in made
    assert 'href="mailto:shop@example.org"' in made


def test_what_is_the_same_for_all_is_led_when_it_is_compiled() -> None:
    leads = Leads()
    led(TEMPLATE, leads)
    assert list(leads.found) == ["https://shop.example/sale?a=1&b=2"]


def test_rounds_that_many_share_are_shared_still() -> None:
    source = '{% for p in ps %}<a href="https://x.example/{{ p.a }}">{{ p.b }}</a>{% endfor %}'
    calls: list[str] = []

    def lead(url: str) -> str:
        calls.append(url)
        return HEAD

    template = led(parse(source), lead)
    data = {"ps": [{"a": "pear", "b": "Pear"}]}
    made = {template.render({**data, MARK: f"m{number}"}) for number in range(9)}
    assert len(made) == 9
    # Looked at in the rounds that are not kept yet, and then no more.
    assert len(calls) <= 4


@pytest.mark.parametrize(
    "source",
    [
        '<a href="https://x.example/{{ name }}',
        '<a {% if name %}href="https://x.example/"{% endif %}>x</a>',
        "<a href=https://x.example/>x</a>",
        '<p title="<a href=">{{ name }}</p>',
        '<abbr href="https://x.example/">x</abbr>',
        '<link href="https://x.example/">',
        '<a data-href="https://x.example/">x</a>',
    ],
)
def test_what_cannot_be_read_is_left_as_it_is(source: str) -> None:
    template = parse(source)
    assert led(template, lambda _: HEAD).render({"name": "Ada", MARK: "M"}) == template.render({"name": "Ada"})


def test_links_in_partials_and_in_what_is_captured_are_led_too() -> None:
    source = (
        """{% capture button %}<a href='x'></a><a href="https://x.example/1">1</a>{% endcapture %}"""
        "{{ button }}{% render 'foot' %}"
    )
    template = parse(source, partials={"foot": '<a href="https://x.example/{{ shop }}">2</a>'})
    leads = Leads()
    made = led(template, leads).render({"shop": "s", MARK: "MARK"})
    assert list(leads.found) == ["https://x.example/1", "https://x.example/s"]
    assert Addresses(made).found[1:] == [f"{HEAD}0/MARK", f"{HEAD}1/MARK"]


def test_outlooks_own_buttons_are_led_too() -> None:
    made = led(parse('<!--[if mso]><v:roundrect href="https://x.example/" arcsize="1%"><![endif]-->'), Leads())
    assert f'href="{HEAD}0/M"' in made.render({MARK: "M"})


def test_other_dialects_are_led_alike() -> None:
    template = parse_handlebars(
        '{{#each ps}}<a href="https://x.example/{{slug}}">{{slug}}</a>{{/each}}<a href="{{u}}">u</a>'
    )
    back, plain, leads, _ = led_and_plain(template, {"ps": [{"slug": "a&b"}], "u": "https://u.example/"})
    assert back == plain
    assert len(leads.found) == 2


def test_the_tail_is_the_last_that_is_seen() -> None:
    data: dict[str, object] = {TAIL: Markup("<img>")}
    assert tailed(parse("<body><p>a</p></body></html>")).render(data) == "<body><p>a</p><img></body></html>"
    assert tailed(parse("{{ x }}a")).render(data) == "a<img>"
    assert tailed(parse("a</body>")).render({TAIL: ""}) == "a</body>"


def test_encoded_pieces_say_the_same() -> None:
    data = {"picture": "https://p.example/", MARK: "MARK", TAIL: Markup("<img src='x'>")}
    template = tailed(led(TEMPLATE, Leads()))
    quoted = joined(template.encoded(encoded).render(data))
    assert quopri.decodestring(quoted.encode()).decode().replace("\r\n", "\n").strip() == template.render(data).strip()


def test_in_real_mails_every_link_leads_where_it_led(envoi_data: Path) -> None:
    packed = envoi_data / "postmark_templates" / "templates.json.gz"
    sources: dict[str, str] = json.loads(gzip.decompress(packed.read_bytes()))
    pages = [text for name, text in sources.items() if name.startswith("templates/") and name.endswith(".html")]
    assert len(pages) > 30
    names = ("action_url", "login_url", "support_url", "product_url")
    data: dict[str, object] = {name: f"https://{name}.example/?a=1&b='2'" for name in names}
    count = 0
    for text in pages:
        titled = re.sub(r"<title>\s*</title>", "<title>x</title>", text)
        mail = parse_mail(titled, language=Language(dialect="handlebars"))
        back, plain, leads, _ = led_and_plain(mail.html.template, data)
        assert back == plain
        assert set(leads.found) == {url for url in plain if url.startswith("http")}
        count += len(leads.found)
    assert count > 50
