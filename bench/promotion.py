"""A promotion of 11 KB as shops send them, and the people it goes to: what `bench/render.py` renders.

7 KB of template with 50 places, 6 conditions (3 with branches), a loop over 6 products out of 2,000, 10 different
filters.
"""

from __future__ import annotations

import random
from typing import Any

_TD = (
    '<td align="left" class="mj-cell" style="padding:10px 25px;word-break:break-word;font-family:Helvetica,Arial,'
    'sans-serif;font-size:{}px;line-height:1.5;text-align:left;color:{};">'
)
_TABLE = (
    '<table align="center" border="0" cellpadding="0" cellspacing="0" role="presentation" '
    'style="background:#ffffff;width:100%;max-width:600px;"><tbody>'
)
_STYLES = "".join(
    f".s{n}{{display:block;margin:13px 0;border:0;height:auto;line-height:{100 + n}%;text-decoration:none}}"
    for n in range(9)
)
_LINK = "{{ shop.url }}/p/{{ p.slug | url_encode }}?c={{ campaign.id | url_encode }}&amp;r={{ person.token }}"
_HEAD = (
    '<!doctype html><html lang="en"><head><title>{{ campaign.subject }}</title>'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
    '<meta name="color-scheme" content="light dark">'
    f"<style>{_STYLES}@media (prefers-color-scheme:dark){{.dk{{background:#111!important}}}}</style></head>"
    '<body style="background-color:#f4f4f4;"><div style="display:none;max-height:0;overflow:hidden;">'
    '{{ person.first_name | default: "Hello" | capitalize }}, {{ campaign.preheader }}</div>'
)
_TOP = (
    f'{_TABLE}<tr>{_TD.format(13, "#444")}<a href="{{{{ shop.url }}}}?c={{{{ campaign.id | url_encode }}}}&amp;'
    'r={{ person.token }}"><img alt="{{ shop.name }}" src="{{ shop.logo }}" width="200"></a></td></tr>'
    f"<tr>{_TD.format(24, '#222222')}Hi {{{{ person.first_name | default: 'there' | capitalize }}}}"
    "{% if person.last_name %} {{ person.last_name }}{% endif %}!</td></tr>"
)
_HERO = (
    '{% if person.likes == "Tech" %}<tr>'
    + _TD.format(16, "#444444")
    + '<img src="{{ shop.cdn }}/tech.jpg" width="550" '
    'alt="New tech">The newest in {{ person.city | default: "your city" }}, picked on {{ campaign.date }}.</td></tr>'
    '{% elsif person.likes == "Fashion" %}<tr>' + _TD.format(16, "#444444") + '<img src="{{ shop.cdn }}/fashion.jpg" '
    'width="550" alt="New looks">Looks for {{ person.city | default: "your city" }}: see what is new.</td></tr>'
    "{% else %}<tr>" + _TD.format(16, "#444444") + '<img src="{{ shop.cdn }}/all.jpg" width="550" alt="For you">'
    "Our favourites of the week, for everyone.</td></tr>{% endif %}"
    '{% if person.tier == "gold" %}<tr>' + _TD.format(14, "#000000") + "Gold: <b>{{ person.points }}</b> points, worth "
    '{{ person.points | divided_by: 100 | money }}.</td></tr>{% elsif person.tier == "silver" %}<tr>'
    + _TD.format(14, "#000000")
    + "Silver: {{ person.points }} points. Gold begins at 5000.</td></tr>{% else %}<tr>"
    + _TD.format(14, "#000000")
    + "Join our club: it is free.</td></tr>{% endif %}{% if person.last_order %}<tr>"
    + _TD.format(14, "#666666")
    + 'Since {{ person.last_order | date: "%d %B %Y" }} we added {{ campaign.new_items }} things.</td></tr>{% endif %}'
    "</tbody></table>"
)
_PRODUCTS = (
    f'{_TABLE}{{% for p in products %}}<tr>{_TD.format(15, "#222222")}<!--[if mso | IE]><table role="presentation" '
    'border="0" cellpadding="0" cellspacing="0"><tr><td style="vertical-align:top;width:198px;"><![endif]-->'
    f'<a href="{_LINK}" target="_blank" style="color:#1a1a1a;text-decoration:none;">'
    '<img alt="{{ p.title }}" src="{{ p.image }}" width="180" '
    'style="border:0;display:block;outline:none;text-decoration:none;height:auto;width:100%;max-width:180px;'
    'font-size:13px;"></a>'
    '<!--[if mso | IE]></td><td style="vertical-align:top;width:402px;"><![endif]-->'
    '<b style="font-size:16px;line-height:1.4;color:#222222;">{{ p.title | truncate: 48 }}</b>'
    "<br>{{ p.brand | upcase }}<br>{% if p.sale_price %}"
    '<span style="color:#c00000;font-weight:bold;">{{ p.sale_price | money }}</span> <span style="text-decoration:'
    'line-through;color:#888888;">{{ p.price | money }}</span>{% else %}<span style="font-weight:bold;">'
    "{{ p.price | money }}</span>{% endif %}{% if p.stock < 5 %}<br><i>Only {{ p.stock }} left</i>{% endif %}"
    "<!--[if mso | IE]></td></tr></table><![endif]--></td></tr>{% endfor %}</tbody></table>"
)
_FOOT = (
    f'{_TABLE}<tr>{_TD.format(15, "#ffffff")}<a href="{{{{ shop.url }}}}/sale?r={{{{ person.token }}}}" '
    'style="background:#c00000;padding:12px 28px;">Use {{ person.coupon | default: "WELCOME" | upcase }} before '
    "{{ campaign.expires }}</a></td></tr><tr>" + _TD.format(12, "#777777") + "{{ shop.name }}, {{ shop.address }}. "
    'You get this because {{ person.email }} is with us since {{ person.since | date: "%B %Y" }}. '
    "Prices hold while stocks last; they include taxes and leave out delivery, which is free above 50. You can send "
    "back what you do not like within 30 days, unworn and in its box, and we pay you back within a week. Our shops are "
    "open from Monday to Saturday, and their staff will gladly help you choose; those who would rather write find us "
    "by answering this mail. "
    '<a href="{{ shop.url }}/unsubscribe?t={{ person.token }}">Unsubscribe</a> | '
    '<a href="{{ shop.url }}/preferences?t={{ person.token }}">Preferences</a> | '
    '<a href="{{ shop.url }}/view/{{ campaign.id }}/{{ person.token }}">View in browser</a></td></tr></tbody></table>'
    '<img src="{{ shop.url }}/o/{{ campaign.id }}/{{ person.token }}.gif" width="1" height="1" alt=""></body></html>'
)
LIQUID = "\n".join((_HEAD, _TOP, _HERO, _PRODUCTS, _FOOT))
#: What is the same for everyone.
FIXED: dict[str, Any] = {
    "campaign": {
        "id": "autumn 2026", "subject": "Autumn picks & more", "preheader": "your picks of the week are here",
        "date": "12 October", "new_items": 143, "expires": "31 October",
    },
    "shop": {
        "name": "Maple & Main", "url": "https://shop.example.com", "logo": "https://cdn.example.com/logo.png",
        "cdn": "https://cdn.example.com", "address": "12 Main Street, Springfield",
    },
}  # fmt: skip


def to_jinja(source: str) -> str:
    """The same for Jinja2, whose filters `bench/render.py` brings."""
    for old, new in (
        ("{% elsif", "{% elif"), ("default: 'there'", "default('there', true)"), ("truncate: 48", "cut(48)"),
        ('date: "%d %B %Y"', 'date("%d %B %Y")'), ('date: "%B %Y"', 'date("%B %Y")'),
        ("divided_by: 100", "divided_by(100)"), ("| upcase", "| upper"), ("| url_encode", "| urlencode"),
        ('default: "Hello"', 'default("Hello", true)'), ('default: "your city"', 'default("your city", true)'),
        ('default: "WELCOME"', 'default("WELCOME", true)'),
    ):  # fmt: skip
        source = source.replace(old, new)
    return source


def catalogue(size: int, *, seed: int = 7) -> list[dict[str, Any]]:
    """Products of a shop."""
    draw = random.Random(seed)
    return [
        {
            "slug": f"item-{seed}-{n}-{draw.choice(['red', 'blue', 'green'])}",
            "title": f"{draw.choice(['Compact', 'Wireless', 'Deluxe'])} {draw.choice(['lamp', 'jacket'])} & case {n}",
            "brand": draw.choice(["acme", "globex", "initech", "umbrella"]),
            "price": round(draw.uniform(5, 400), 2),
            "sale_price": round(draw.uniform(3, 300), 2) if n % 3 == 0 else None,
            "stock": draw.randint(0, 40),
            "image": f"https://cdn.example.com/products/{n}/main.jpg",
        }
        for n in range(size)
    ]


def people(count: int, products: list[dict[str, Any]], *, seed: int = 1) -> list[dict[str, Any]]:
    """What the promotion needs to know of each: the person, and six products picked for them.

    Where there are six for everyone, nobody gets those of another.
    """
    draw = random.Random(seed)
    return [
        {
            "person": {
                "first_name": draw.choice(["ann", "BOB", "zoë", None, "maría", "d'arcy"]),
                "last_name": draw.choice(["Smith", "<Jones>", None]),
                "email": f"user{n}@example.org",
                "city": draw.choice(["Paris", "Oslo", None]),
                "likes": draw.choice(["Tech", "Fashion", "Home", None]),
                "tier": draw.choice(["gold", "silver", "none"]),
                "points": draw.randint(0, 9000),
                "last_order": draw.choice([None, f"2026-0{draw.randint(1, 9)}-1{draw.randint(0, 9)}"]),
                "coupon": draw.choice([None, f"save{draw.randint(5, 30)}"]),
                "since": f"2023-0{draw.randint(1, 9)}-01",
                "token": f"{draw.getrandbits(128):032x}",
            },
            "products": products[6 * n : 6 * n + 6] if len(products) == 6 * count else draw.sample(products, 6),
        }
        for n in range(count)
    ]
