from __future__ import annotations

import pytest

from envoi.campaigns.campaign import Campaign
from envoi.conditions.parse import parse
from envoi.decisions.rules import Rule

ANY = parse("age > 1")
RULE = Rule(name="gold", priority=1, when=ANY, text="age > 1", fields={"hero": {"text": "Best"}, "code": "G"})
CAMPAIGN = Campaign(
    name="c", audience=ANY, audience_text="age > 1", purpose="newsletter", template="t.mjml", rules=(RULE,),
    fallback={"hero": {"text": "Hi", "button": "Go"}, "footer": "F"},
)  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "values"),
    [
        ("gold", {"hero": {"text": "Best"}, "code": "G", "footer": "F"}),
        ("fallback", {"hero": {"text": "Hi", "button": "Go"}, "footer": "F"}),
        # A rule that was taken out since the decision.
        ("gone", {"hero": {"text": "Hi", "button": "Go"}, "footer": "F"}),
    ],
)
def test_a_field_that_a_rule_leaves_out_is_the_fallbacks(rule: str, values: dict[str, object]) -> None:
    assert CAMPAIGN.content(rule) == values
