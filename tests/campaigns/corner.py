"""A small project without a mistake, for tests to change."""

from __future__ import annotations

TEMPLATE = """<mjml><mj-head><mj-title>{{ content.headline }}</mj-title></mj-head><mj-body><mj-section><mj-column>
<mj-text>Hi {{ person.first_name }}: {% for p in products %}{{ p.name }} {% endfor %}
<a href="{{ unsubscribe_url }}">no</a></mj-text>
</mj-column></mj-section></mj-body></mjml>
"""

FILES = {
    "envoi.toml": """name = "Corner"
time_zone = "Europe/Paris"

[sender]
name = "Corner shop"
email = "shop@example.org"

[shop]
name = "Corner shop"
address = "1 Corner Street"

[rfm]
event = "Order Completed"
spend = "total"
window_days = 365
recency_days = [7, 30, 60, 180]
orders = [1, 2, 4, 8]
spends = [20, 50, 100, 200]
""",
    "events/plan.toml": """[events."Order Completed".properties]
order_id = "text"
total = "number"

[events."Order Completed".properties.products]
kind = "items"
fields = { product_id = "text", name = "text", category = "text", price = "number" }

[traits]
first_name = "text"
email = "text"
tier = { kind = "text", one_of = ["gold", "silver"] }
""",
    "segments/gold.toml": """name = "Gold"
condition = 'tier = "gold"'
""",
    "segments/points.toml": """[[points.stamps]]
each = '"Order Completed"'
gives = 1
""",
    "templates/hello.mjml": TEMPLATE,
    "campaigns/hello.toml": """audience = 'did "Order Completed"'
purpose = "newsletter"
template = "hello.mjml"
holdout = 0.25

[[content]]
name = "gold"
priority = 1
when = 'in segment "Gold"'
[content.fields]
headline = "For our best"

[[content]]
name = "stamps"
priority = 2
when = "points stamps >= 3"
[content.fields]
headline = "Three stamps"

[fallback]
headline = "Hello"

[products]
shelf = '"Order Completed" where products.price > 0'
fields = { price = "number" }
count = 2
""",
}
