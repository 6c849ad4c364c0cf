"""`envoi consents`: one person's ledger, and what all people said."""

from __future__ import annotations

from pathlib import Path

from tests.hosts.cli.conftest import Run


def test_one_persons_ledger(envoi: Run, imported: Path) -> None:
    ran = envoi("consents", "104", "--project", imported)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("What 104 agreed to\n")
    assert "newsletter: yes (sign-up form, import), opened" in ran.out
    assert "basis: " in ran.out
    answer = envoi("consents", "104", "--json", "--project", imported).answer
    assert answer["person"] == "104"
    assert isinstance(answer["words"], list)
    assert answer["words"][0]["method"] == "import"


def test_what_all_people_said(envoi: Run, imported: Path) -> None:
    ran = envoi("consents", "--project", imported)
    assert ran.out.startswith("What 12 people last said\n")
    answer = envoi("consents", "--json", "--project", imported).answer
    assert isinstance(answer["counts"], list)
    assert {one["purpose"] for one in answer["counts"]} == {"newsletter"}


def test_nobody_known(envoi: Run, imported: Path) -> None:
    ran = envoi("consents", "nobody", "--project", imported)
    assert ran.code == 1
    assert "no person 'nobody'" in ran.err
