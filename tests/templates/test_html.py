from __future__ import annotations

import re

import pytest

from envoi.errors import TemplateError
from envoi.templates.html import to_html
from envoi.templates.liquid import parse
from envoi.templates.mask import mask

COLUMN = "<mj-section><mj-column>{}</mj-column></mj-section>"
DATA = {"on": True, "rows": ["A", "B"], "url": "https://example.org/?a=1&b=2", "c": "#123456", "t": "words"}


def mjml(body: str, head: str = "") -> str:
    return f"<mjml><mj-head>{head}</mj-head><mj-body>{body}</mj-body></mjml>"


def html_of(source: str) -> str:
    """The HTML with its tags back in place."""
    masked = mask(source)
    return masked.unmask(to_html(masked, source, lang="en"))


def rendered(source: str) -> str:
    return parse(html_of(source)).render(DATA)


def test_a_loop_around_table_rows_makes_rows() -> None:
    html = rendered(
        mjml(COLUMN.format("<mj-table>{% for r in rows %}<tr><td>{{ r }}</td></tr>{% endfor %}</mj-table>"))
    )
    table = re.search(r"<table[^>]*><tbody>(<tr><td[^>]*>[AB]</td></tr>){2}</tbody></table>", html)
    assert table, html


@pytest.mark.parametrize(
    "body",
    [
        "{% for r in rows %}" + COLUMN.format("<mj-text>{{ r }}</mj-text>") + "{% endfor %}",
        "<mj-wrapper>{% for r in rows %}" + COLUMN.format("<mj-text>{{ r }}</mj-text>") + "{% endfor %}</mj-wrapper>",
        "<mj-section>{% for r in rows %}<mj-column><mj-text>{{ r }}</mj-text></mj-column>{% endfor %}</mj-section>",
        COLUMN.format("{% for r in rows %}<mj-text>{{ r }}</mj-text>{% endfor %}"),
        COLUMN.format("<mj-raw>{% for r in rows %}</mj-raw><mj-text>{{ r }}</mj-text><mj-raw>{% endfor %}</mj-raw>"),
        COLUMN.format("<mj-text>{% for r in rows %}<p>{{ r }}</p>{% endfor %}</mj-text>"),
        COLUMN.format("<mj-text><ul>{% for r in rows %}<li>{{ r }}</li>{% endfor %}</ul></mj-text>"),
        COLUMN.format("<mj-button href='u'>{% for r in rows %}{{ r }}{% endfor %}</mj-button>"),
        COLUMN.format("<mj-table><tr>{% for r in rows %}<td>{{ r }}</td>{% endfor %}</tr></mj-table>"),
        COLUMN.format("<mj-table><tbody>{% for r in rows %}<tr><td>{{ r }}</td></tr>{% endfor %}</tbody></mj-table>"),
        COLUMN.format(
            "<mj-table><tr><td>0</td></tr>{% for r in rows %}<tr><td>{{ r }}</td></tr>{% endfor %}</mj-table>"
        ),
        COLUMN.format("<mj-navbar>{% for r in rows %}<mj-navbar-link>{{ r }}</mj-navbar-link>{% endfor %}</mj-navbar>"),
    ],
)
def test_a_loop_stays_around_what_it_repeats(body: str) -> None:
    html = rendered(mjml(body))
    assert re.findall(r">([AB]+)<", html) in (["A", "B"], ["AB"])


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (COLUMN.format('<mj-text color="{{ c }}">x</mj-text>'), "color:#123456"),
        (COLUMN.format('<mj-button href="{{ url }}">x</mj-button>'), 'href="https://example.org/?a=1&amp;b=2"'),
        (COLUMN.format('<mj-button href="{{ url | default: "none" }}">x</mj-button>'), 'href="https://example.org/'),
        (COLUMN.format('<mj-image src="{{ url }}" alt="{{ t }}" />'), 'alt="words"'),
        (COLUMN.format('<mj-text><p class="{% if on %}c{% endif %}">x</p></mj-text>'), '<p class="c"'),
        (COLUMN.format('<mj-text><p style="color:{{ c }}">x</p></mj-text>'), "color: #123456"),
        ('<mj-section background-color="{{ c }}"><mj-column></mj-column></mj-section>', 'bgcolor="#123456"'),
        ("{% if on and 1 < 2 %}" + COLUMN.format("<mj-text>x</mj-text>") + "{% endif %}", ">x<"),
    ],
)
def test_a_tag_in_an_attribute_or_with_odd_characters_survives(body: str, expected: str) -> None:
    assert expected in rendered(mjml(body))


def test_rows_of_a_plain_page_stay_in_their_loop() -> None:
    source = "<html><body><table>{% for r in rows %}<tr><td>{{ r }}</td></tr>{% endfor %}</table></body></html>"
    assert "<table><tbody><tr><td>A</td></tr><tr><td>B</td></tr></tbody></table>" in rendered(source)


def test_style_sheets_become_styles_and_media_queries_stay() -> None:
    sheet = (
        "<mj-style>.a { color: red } @media (prefers-color-scheme: dark) { .a { color: white !important } }</mj-style>"
    )
    html = html_of(mjml(COLUMN.format('<mj-text><p class="a">x</p></mj-text>'), sheet))
    assert re.search(r'<p class="a" style="[^"]*color: red', html)
    assert "@media (prefers-color-scheme: dark)" in html


@pytest.mark.parametrize("quote", ['"', "'"])
def test_a_line_break_in_a_style_is_a_space(quote: str) -> None:
    style = f"style={quote}color: red;\n   margin: 0{quote}"
    html = html_of(mjml(COLUMN.format(f"<mj-text><p {style}>x</p></mj-text>")))
    assert "\\n" not in html
    assert re.search(r'<p style="[^"]*color: ?red; ?margin: ?0', html)


def test_decoration_keeps_its_empty_alt() -> None:
    html = html_of(mjml(COLUMN.format('<mj-image src="u" alt="" /><mj-text><img src="v" alt="" /></mj-text>')))
    assert len(re.findall(r"<img[^>]*\salt=\"\"", html)) == len(re.findall(r"<img", html)) == 2


def test_reading_it_asks_no_server() -> None:
    source = mjml(COLUMN.format('<mj-text font-family="Ubuntu">x</mj-text>'))
    assert not re.search(r"<link|@import|url\(|\ssrc=", html_of(source))


@pytest.mark.parametrize(
    ("source", "lang"),
    [
        (mjml(COLUMN.format("<mj-text>x</mj-text>")), "en"),
        (mjml("").replace("<mjml>", '<mjml lang="de">'), "de"),
        ("<html><head></head><body>x</body></html>", "en"),
        ('<html lang="fr"><head></head><body>x</body></html>', "fr"),
    ],
)
def test_it_says_its_language_and_knows_both_colour_schemes(source: str, lang: str) -> None:
    html = html_of(source)
    assert re.findall(r"<html[^>]*\slang=\"(\w+)\"", html) == [lang]
    assert html.count('<meta name="color-scheme" content="light dark">') == 1


def test_a_colour_scheme_of_the_author_stays() -> None:
    source = '<html><head><meta name="color-scheme" content="only light"></head><body>x</body></html>'
    assert html_of(source).count("color-scheme") == 1


@pytest.mark.parametrize(
    ("source", "error", "line"),
    [
        (mjml("\n<mj-sektion></mj-sektion>"), "no <mj-sektion>; did you mean 'mj-section'", 2),
        (mjml("\n\n<mj-section>"), "</mj-body> closes nothing", 3),
        ("<mjml>\n<mj-body>", "<mjml> is never closed", 1),
        (mjml("<mj-section><mj-column></mj-section></mj-column>"), "</mj-section> closes nothing", 1),
        (mjml(COLUMN.format('\n<mj-text background-color="{{ c }}">x</mj-text>')), "no place for {{ c }}", 2),
        (mjml(COLUMN.format("\n\n<mj-image {{ c }} src='u' />")), "no place for {{ c }}", 3),
        (mjml(COLUMN.format("<mj-text>\na < b</mj-text>")), "this < begins no element; write &lt;", 2),
        (mjml(COLUMN.format("<mj-text><p class='b>x</p></mj-text>")), "MJML cannot read it", 0),
        (mjml(COLUMN.format('<mj-text><p style="color">x</p></mj-text>'), "<mj-style>p { a: b }</mj-style>"), "CSS", 0),
    ],
)
def test_it_says_what_is_wrong(source: str, error: str, line: int) -> None:
    with pytest.raises(TemplateError) as caught:
        html_of(source)
    assert error in str(caught.value)
    assert caught.value.at.line == line
