"""`envoi verify` and `envoi report`: numbers that add up, and an exit code when they do not."""

from __future__ import annotations

from pathlib import Path

from tests.hosts.cli.conftest import Run


def test_a_campaign_that_adds_up(envoi: Run, shop: Path) -> None:
    envoi("send", "come-back", "--project", shop)
    ran = envoi("verify", "come-back", "--project", shop)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == (
        "come-back, planned at 2026-11-02T09:00:00Z: ✓ it adds up, finished\n"
        "  accepted           4\n"
        "  skipped            1\n"
        "    holdout          1\n"
        "  audience           5\n"
    )


def test_a_mail_that_is_gone_is_seen(envoi: Run, shop: Path) -> None:
    envoi("send", "come-back", "--project", shop)
    next((shop / ".envoi" / "mail").glob("*.eml")).unlink()
    ran = envoi("verify", "come-back", "--project", shop)
    assert ran.code == 1
    assert "✗ it does not add up" in ran.out
    assert "problem: 1 accepted messages did not arrive" in ran.out
    assert envoi("verify", "come-back", "--project", shop, "--json").answer["ok"] is False


def test_the_report(envoi: Run, shop: Path) -> None:
    before = envoi("report", "--project", shop)
    assert before.out.startswith(
        "Corner Shop as of 2026-11-02T09:00:00Z: 12 people\n\nEvents\n  Order Completed         18\n"
    )
    assert before.out.endswith("Campaign come-back: not sent yet\n")
    envoi("send", "come-back", "--project", shop)
    one = envoi("report", "come-back", "--project", shop)
    assert one.out == (
        "Campaign come-back, planned at 2026-11-02T09:00:00Z: finished\n"
        "  sent              4\n"
        "  held out          1\n"
        "  skipped           0\n"
        "  audience          5\n"
    )
    whole = envoi("report", "--project", shop, "--json").answer
    assert whole["campaigns"] == [envoi("report", "come-back", "--project", shop, "--json").answer]


def test_a_campaign_whose_file_is_gone_is_still_reported(envoi: Run, shop: Path) -> None:
    envoi("send", "come-back", "--project", shop)
    (shop / "campaigns" / "come-back.toml").unlink()
    assert envoi("report", "come-back", "--project", shop, "--json").answer["sent"] == 4
