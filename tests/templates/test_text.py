from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envoi.templates.liquid import parse_plain
from envoi.templates.mask import mask
from envoi.templates.text import LINE, PARAGRAPH, break_lines, to_text

DATA = {"on": True, "rows": ["A", "B"], "url": "https://example.org/?a=1&b=2", "name": "Anna & Bo"}


def text_of(body: str) -> str:
    masked = mask(f"<html><head><title>T</title><style>p {{ }}</style></head><body>{body}</body></html>")
    _, text = to_text(masked, masked.text)
    piece = masked.piece(text)
    return break_lines(parse_plain(piece.text).render(DATA))


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<h1>Hello</h1><p>You &amp;\n  me</p>", "Hello\n\nYou & me\n"),
        ("<div>one<br>two</div><div>three</div>", "one\ntwo\nthree\n"),
        ("<ul><li>one</li><li>two</li></ul>after", "- one\n- two\n\nafter\n"),
        ('<a href="https://e.org/x">Shop <b>now</b></a>!', "Shop now (https://e.org/x)!\n"),
        ('<a href="{{ url }}">{{ name }}</a>', "Anna & Bo (https://example.org/?a=1&b=2)\n"),
        ('<a href="https://e.org?a=1&amp;b=2">https://e.org?a=1&amp;b=2</a>', "https://e.org?a=1&b=2\n"),
        ('<a href="{{ url }}">{{ url }}</a>', "https://example.org/?a=1&b=2\n"),
        ('<a href="mailto:a@e.org">a@e.org</a> <a href="#top">top</a>', "a@e.org top\n"),
        ('<a href="https://e.org"><img src="u" alt="Pears"></a>', "Pears (https://e.org)\n"),
        ('<a href="https://e.org"><img src="u" alt=""></a>', "https://e.org\n"),
        ('x<img src="u">y', "xy\n"),
        ("<table><tr><td>Pears</td><td></td><td>$2</td></tr><tr><td>Bread</td></tr></table>", "Pears · $2\nBread\n"),
        ('<table role="presentation"><tr><td>one</td></tr><tr><td>two</td></tr></table>', "one\n\ntwo\n"),
        ('<div style="display: none">pre</div><span aria-hidden="true">x<br>y</span>z', "z\n"),
        ("a\u200c\u034f&nbsp;\u00adb&zwnj;", "a b\n"),
        ("a<!-- note {{ name }} --><!--[if mso]>b {{ name }}<![endif]-->c", "ac\n"),
        ("a<!-- {% if no %} --><p>b</p><!-- {% endif %} -->c", "ac\n"),
        ("{% for r in rows %}<p>{{ r }}</p>{% endfor %}end", "A\n\nB\n\nend\n"),
        ("<table>{% for r in rows %}<tr><td>{{ r }}</td><td>1</td></tr>{% endfor %}</table>", "A · 1\nB · 1\n"),
        ("<p>a</p>{% if no %}<p>b</p>{% endif %}<p>c</p>", "a\n\nc\n"),
        ("a {% if no %}b {% endif %}c {%- if on -%} <br> d{% endif %}", "a c\nd\n"),
        ("Tags: {% for r in rows %}{{ r }}, {% endfor %}more", "Tags: A, B, more\n"),
        ("{{ name | escape }}", "Anna & Bo\n"),
    ],
)
def test_it_reads_as_the_html_does(body: str, text: str) -> None:
    assert text_of(body) == text


def test_the_title_is_apart() -> None:
    masked = mask("<html><head><title>Hi {{ name }} &amp; all</title></head><body>x</body></html>")
    assert to_text(masked, masked.text) == ("Hi liq0x & all", "x")


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ("", "\n"),
        ("a  b", "a  b\n"),
        ("a\x01\x02\x03b", "a\n\nb\n"),
        ("\x03a\x03 \x01", "a\n"),
        ("a\n\n\n\nb", "a\n\nb\n"),
    ],
)
def test_a_run_of_breaks_is_the_strongest(text: str, broken: str) -> None:
    assert break_lines(text) == broken


@given(st.text("ab \x01\x02\x03\n\t·.\u00a0\u3000é", max_size=30))
def test_a_run_of_marks_and_white_space_is_one_break(text: str) -> None:
    def strongest(run: re.Match[str]) -> str:
        return "\n\n" if PARAGRAPH in run[0] else "\n" if LINE in run[0] else " · "

    lines = re.sub("[ \t\n]*[\x01-\x03][ \t\n\x01-\x03]*", strongest, text).splitlines()
    plain = re.sub("\n{3,}", "\n\n", "\n".join(line.strip() for line in lines))
    assert break_lines(text) == plain.strip(" \n·") + "\n"
