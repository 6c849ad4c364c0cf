"""`envoi why`: the tree with each leaf's value and evidence, and how a mail came to be."""

from __future__ import annotations

from pathlib import Path

from tests.hosts.cli.conftest import Run


def test_why_a_person_is_in_a_segment(envoi: Run, imported: Path) -> None:
    ran = envoi("why", "104", "--segment", "Lapsing", "--project", imported)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == (
        "104 is in 'Lapsing' as of 2026-11-02T09:00:00Z\n"
        "✓ all of\n"
        '  ✓ did "Order Completed"   it is 2\n'
        "      2026-09-07T17:02:00Z  Order Completed\n"
        "      2026-08-19T16:40:00Z  Order Completed\n"
        '  ✓ did not "Order Completed" in the last 30 days   it is 0\n'
        "Time alone does not change it.\n"
    )


def test_why_not_and_what_time_will_change(envoi: Run, imported: Path) -> None:
    # 103 bought on 14 October, 15:26 in London's summer time: 30 days later, 14:26 UTC, nothing is recent any more.
    ran = envoi("why", "103", "--condition", 'not in segment "Recent buyers"', "--project", imported)
    assert ran.out.startswith("It does not hold for 103 as of 2026-11-02T09:00:00Z\n✗ not\n")
    assert ran.out.endswith("It changes by itself at 2026-11-13T14:26:00Z, if nothing happens.\n")


def test_the_tree_for_programs(envoi: Run, imported: Path) -> None:
    answer = envoi("why", "103", "--condition", 'country = "GB"', "--json", "--project", imported).answer
    assert (answer["person"], answer["segment"], answer["condition"]) == ("103", "", 'country = "GB"')
    told = [{"seq": 5, "at": "2026-10-31T00:00:00Z", "name": "Profile Updated"}]
    leaf = {"says": 'country = "GB"', "holds": False, "value": "ES", "threshold": '= "GB"', "evidence": told}
    assert (answer["holds"], answer["why"]) == (False, leaf)


def test_why_a_mail_was_sent(envoi: Run, shop: Path) -> None:
    envoi("send", "come-back", "--project", shop)
    sent = [path.stem for path in (shop / ".envoi" / "mail").glob("*.eml")]
    tried = {message: envoi("why", "104", "--message", message, "--project", shop) for message in sent}
    (message, told), *more = [(message, ran) for message, ran in tried.items() if ran.code == 0]
    assert more == []
    assert told.out.startswith(f"Mail {message} to 104\n  campaign  come-back\n  state     accepted\n")
    assert "  content   rule 'tea' (priority 20) held" in told.out
    others = [ran.err for ran in tried.values() if ran.code]
    assert len(others) == 3
    assert all("was not to '104'" in err for err in others)
