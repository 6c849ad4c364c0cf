from __future__ import annotations

from envoi.campaigns.project import load
from envoi.reports.fields import Field
from envoi.reports.quality.lineage import lineage
from tests.campaigns.corner import FILES

MORE = {
    "segments/inner.toml": "condition = 'email is present and first_name = \"Ada\"'",
    "campaigns/hello.toml": FILES["campaigns/hello.toml"].replace(
        "audience = 'did \"Order Completed\"'", "audience = 'in segment \"inner\" and rfm_tier = \"champions\"'"
    ).replace('template = "hello.mjml"', 'template = "hello.mjml"\nsubject = "{{ FNAME }}"'),
    "envoi.toml": FILES["envoi.toml"].replace("[rfm]", '[names]\nFNAME = "person.first_name"\n[rfm]'),
}  # fmt: skip


def test_a_field_is_followed_through_segments_points_tiers_names_and_templates() -> None:
    found = lineage(load(FILES | MORE))
    first_name = {(use.kind, use.name, use.how) for use in found[Field(event="", path="first_name")]}
    assert first_name == {
        ("segment", "inner", ""),
        ("template", "hello.mjml", ""),
        ("campaign", "hello", "its audience"),
        ("campaign", "hello", "hello.mjml prints it"),
        ("campaign", "hello", "its subject or preview"),
    }
    spent = {(use.kind, use.how) for use in found[Field(event="Order Completed", path="total")]}
    assert spent == {("campaign", "its audience")}
    assert {use.how for use in found[Field(event="", path="tier")]} == {"", "content rule 'gold'"}
    assert [use.how for use in found[Field(event="", path="email")]] == ["it is sent there"]
