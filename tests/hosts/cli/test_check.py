"""`envoi check`: all mistakes at once, and what is worth a look."""

from __future__ import annotations

from pathlib import Path

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


def test_a_warning_is_no_mistake(envoi: Run, fresh: Path) -> None:
    template = fresh / "templates" / "hello.mjml"
    template.write_text(template.read_text().replace('<a href="{{ unsubscribe_url }}">Unsubscribe</a>', ""))
    ran = envoi("check", "--project", fresh)
    assert ran.code == 0
    assert ran.out.startswith("warning: there is no way to unsubscribe\n  at templates/hello.mjml\n")


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
