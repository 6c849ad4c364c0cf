"""The files in `templates/`: their dialects, the partials beside them, and a campaign's own lines."""

from __future__ import annotations

import pytest

from envoi.campaigns.project import Project, load
from envoi.errors import InvalidProject
from tests.campaigns.corner import FILES

PAGE = "<html><head><title>{}</title></head><body><p>{}</p></body></html>"
FOOT = "templates/partials/foot.liquid"


def project(campaign: str = "", **files: str) -> Project:
    hello = FILES["campaigns/hello.toml"].replace('"hello.mjml"', f'"hello.mjml"\n{campaign}')
    return load(FILES | {"campaigns/hello.toml": hello} | files)


def test_partials_are_no_mails_and_serve_their_own_dialect() -> None:
    made = project(
        **{
            FOOT: "<b>Bye</b>",
            "templates/partials/foot.hbs": "<i>Bye</i>",
            "templates/a.liquid": PAGE.format("T", "{% render 'foot' %}"),
            "templates/a.hbs": PAGE.format("T", "{{> foot}}"),
        }
    )
    assert made.templates.keys() == {"hello.mjml", "a.liquid", "a.hbs"}
    shown = {name: made.templates[name].render({}) for name in ("a.liquid", "a.hbs")}
    assert ["<b>Bye</b>" in shown["a.liquid"].html, "<i>Bye</i>" in shown["a.hbs"].html] == [True, True]
    # In the text part the HTML of a partial is text, like all HTML.
    assert {each.text for each in shown.values()} == {"Bye\n"}


def test_a_mistake_in_a_partial_is_told_once_and_in_its_file() -> None:
    page = PAGE.format("T", "{% render 'foot' %}")
    with pytest.raises(InvalidProject) as caught:
        project(**{FOOT: "\n{{ a | upcas }}", "templates/a.liquid": page, "templates/b.liquid": page})
    (mistake,) = caught.value.mistakes
    assert (mistake.at.file, mistake.at.line, mistake.hint) == (FOOT, 2, "did you mean 'upcase'?")


def test_two_partials_of_one_name_and_dialect_are_told() -> None:
    with pytest.raises(InvalidProject, match=r"two partials for liquid are called 'foot'; rename one; the other is "):
        project(**{FOOT: "a", "templates/partials/foot.mjml": "b"})


def test_the_campaigns_own_subject_and_preview_go_before_the_templates() -> None:
    lines = 'subject = "{{ person.first_name }}, {{ content.headline }}"\npreview = "{{ person.tier }} only"'
    page = PAGE.format("Title", "{{ campaign.subject }}: {{ campaign.preview }}")
    made = project(lines, **{"templates/hello.mjml": page})
    data = {"person": {"first_name": "A & B", "tier": "gold"}, "content": {"headline": "hello"}}
    mail = made.mail(made.campaign("hello")).render(data)
    assert (mail.subject, mail.text) == ("A & B, hello", "A & B, hello: gold only\n")
    assert "A &amp; B, hello: gold only" in mail.html
    assert made.templates["hello.mjml"].render(data).subject == "Title"


def test_a_template_knows_its_subject_without_the_campaign() -> None:
    mail = project(**{"templates/t.liquid": PAGE.format("For {{ a }}", "{{ campaign.subject }}")}).templates["t.liquid"]
    assert mail.render({"a": "you"}).text == "For you\n"


def test_templates_read_the_projects_names() -> None:
    main = FILES["envoi.toml"] + '\n[names]\nFNAME = "person.first_name"\n'
    page = PAGE.format("{{ FNAME }}", "{{ FNAME | upcase }}")
    made = project(**{"envoi.toml": main, "templates/t.liquid": page}).templates["t.liquid"]
    assert {each.path for each in made.whole.variables()} == {"person.first_name"}
    assert made.render({"person": {"first_name": "Ada"}}).text == "ADA\n"


def test_mails_of_blocks_read_the_projects_names_too() -> None:
    main = FILES["envoi.toml"] + '\n[names]\nFNAME = "person.first_name"\n'
    made = project(**{"envoi.toml": main, "templates/b.blocks.toml": 'subject = "{{ FNAME }}, hello"\n'})
    mail = made.templates["b.blocks.toml"]
    assert "person.first_name" in {each.path for each in mail.whole.variables()}
    assert mail.render({"person": {"first_name": "Ada"}}).subject == "Ada, hello"
