"""`envoi check`: all mistakes at once, and what is worth a look."""

from __future__ import annotations

from pathlib import Path

import pytest

from envoi.errors import DataError
from envoi.hosts.cli.check import supported
from tests.hosts.cli.conftest import Run


def test_the_starter_is_right(envoi: Run, fresh: Path) -> None:
    ran = envoi("check", "--project", fresh)
    assert (ran.code, ran.out, ran.err) == (0, "✓ no mistakes (segments: 3, campaigns: 1, templates: 1)\n", "")
    assert not (fresh / ".envoi").exists()


def test_mistakes_of_files(envoi: Run, fresh: Path) -> None:
    (fresh / "campaigns" / "come-back.toml").write_text('audience = "in"\npurpose = 3\ntemplat = "a"\n')
    ran = envoi("check", "--project", fresh)
    answer = envoi("check", "--project", fresh, "--json").answer
    assert ran.code == 3
    assert "error: unknown key 'templat'\n  at campaigns/come-back.toml:3\n    templat = \"a\"\n" in ran.out
    assert ran.out.endswith("✗ 3 to mend\n")
    assert answer["ok"] is False
    assert isinstance(answer["mistakes"], list)
    assert len(answer["mistakes"]) == 3


def test_a_template_that_asks_for_what_nobody_brings(envoi: Run, fresh: Path) -> None:
    template = fresh / "templates" / "hello.mjml"
    template.write_text(template.read_text().replace("person.first_name", "person.frist_name"))
    ran = envoi("check", "--project", fresh)
    assert ran.code == 3
    assert ran.out.startswith("error: nothing brings 'person.frist_name'\n  at templates/hello.mjml:2:")
    assert "  fix: did you mean 'person.first_name'?\n✗ 1 to mend\n" in ran.out


def test_a_campaigns_own_subject_that_asks_for_what_nobody_brings(envoi: Run, fresh: Path) -> None:
    (campaign,) = (fresh / "campaigns").glob("*.toml")
    campaign.write_text('subject = "Hi {{ person.frist_name }}"\n' + campaign.read_text())
    ran = envoi("check", "--project", fresh)
    assert ran.code == 3
    place = f"  at campaigns/{campaign.name}:1\n"
    assert ran.out.startswith(f"error: subject: nothing brings 'person.frist_name'\n{place}")


def test_templates_of_all_endings_are_read_and_partials_with_them(envoi: Run, fresh: Path) -> None:
    page = "<html><head><title>T</title></head><body><a href='{}'>no</a>{}</body></html>"
    files = {
        "spring.hbs": page.format("{{unsubscribe_url}}", "{{> foot}}"),
        "partials/foot.hbs": "<p>{{shop.name}}</p>",
        "summer.mailchimp.html": page.format("*|UNSUB|*", "*|LIST:COMPANY|*"),
        "autumn.amp.html": page.format("%%unsub_center_url%%", "%%member_busname%%"),
        "notes.txt": "not for Envoi",
    }
    (fresh / "templates" / "partials").mkdir()
    for name, text in files.items():
        (fresh / "templates" / name).write_text(text)
    ran = envoi("check", "--project", fresh)
    assert (ran.code, ran.out) == (0, "✓ no mistakes (segments: 3, campaigns: 1, templates: 4)\n")
    (fresh / "templates" / "partials" / "foot.hbs").write_text("\n{{#if}}")
    assert "  at templates/partials/foot.hbs:2:" in envoi("check", "--project", fresh).out
    # Two mails have it, and it is told once.
    (fresh / "templates" / "winter.hbs").write_text(files["spring.hbs"])
    (fresh / "templates" / "partials" / "foot.hbs").write_text("<p>{{shop.nmae}}</p>")
    assert envoi("check", "--project", fresh).out.count("  at templates/partials/foot.hbs:1:6\n") == 1


def test_a_warning_is_no_mistake(envoi: Run, fresh: Path) -> None:
    template = fresh / "templates" / "hello.mjml"
    template.write_text(template.read_text().replace('<a href="{{ unsubscribe_url }}">Unsubscribe</a>', ""))
    ran = envoi("check", "--project", fresh)
    assert ran.code == 0
    assert ran.out.startswith("warning: there is no way to unsubscribe\n  at templates/hello.mjml\n")


def test_a_field_that_some_of_the_audience_lack(envoi: Run, shop: Path) -> None:
    people = shop / "data" / "more.csv"
    people.write_text("user_id,town\n101,Leeds\n")
    assert envoi("import", people, "--people", "--project", shop).code == 0
    template = shop / "templates" / "hello.mjml"
    line = "<mj-section><mj-column><mj-text>From {{ person.town }}</mj-text></mj-column></mj-section></mj-body>"
    template.write_text(template.read_text().replace("</mj-body>", line))
    ran = envoi("check", "--project", shop)
    assert ran.code == 0
    assert "warning: 'person.town' is missing for " in ran.out
    assert "missing" not in envoi("check", "--quick", "--project", shop).out


def test_traits_that_only_history_knows_are_known(envoi: Run, shop: Path) -> None:
    (shop / "segments" / "spotted.toml").write_text("condition = 'shoe_size > 40'\n")
    assert envoi("check", "--project", shop).code == 3
    people = shop / "data" / "more.csv"
    people.write_text("user_id,shoe_size\n101,41\n")
    assert envoi("import", people, "--people", "--project", shop).code == 3
    (shop / "segments" / "spotted.toml").unlink()
    assert envoi("import", people, "--people", "--project", shop).code == 0
    (shop / "segments" / "spotted.toml").write_text("condition = 'shoe_size = \"41\"'\n")
    assert envoi("check", "--project", shop).code == 0


def test_what_programs_show_is_read_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "features.json"
    file.write_text(
        '{"html-video": {"title": "video", "stats": {"gmail": {"android": {"2020": "n"}}}}}', encoding="utf-8"
    )
    support = supported(str(file))
    assert support is not None
    assert support.lacking == {"html-video": ("Gmail on Android",)}
    assert supported(None) is None
    with pytest.raises(DataError, match="cannot be read"):
        supported(str(tmp_path / "none.json"))
