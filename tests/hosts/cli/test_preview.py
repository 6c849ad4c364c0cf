"""`envoi preview`: the mail as it would be sent, whole or in parts, on screen or in a file."""

from __future__ import annotations

from pathlib import Path

from tests.hosts.cli.conftest import Run


def test_a_mail_with_its_reasons(envoi: Run, imported: Path) -> None:
    ran = envoi("preview", "come-back", "--as", "104", "--project", imported)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(
        "104 would get this mail\n"
        "  to        dinesh.rao@example.org\n"
        "  subject   Dinesh, the new first flush is here\n"
        '  audience  in the audience: in segment "Lapsing"\n'
    )
    assert "We kept a tin for you." in ran.out


def test_the_parts_alone_and_in_a_file(envoi: Run, imported: Path, tmp_path: Path) -> None:
    line = ["preview", "come-back", "--as", "104", "--project", imported]
    preview = envoi(*line, "--json").answer
    assert envoi(*line, "--text").out.rstrip() == str(preview["text"]).rstrip()
    assert envoi(*line, "--html").out.rstrip() == str(preview["html"]).rstrip()
    file = tmp_path / "mail.html"
    ran = envoi(*line, "--out", file)
    assert (ran.out, ran.err) == ("", f"written to {file}\n")
    assert file.read_text() == preview["html"]


def test_whoever_gets_nothing_is_told_why(envoi: Run, imported: Path) -> None:
    line = ["preview", "come-back", "--project", imported]
    assert envoi(*line, "--as", "103").out == "103 is not in the audience, so would get nothing\n"
    assert envoi(*line, "--as", "103", "--json").answer["skip"] == "consent withdrawn"
    refused = envoi(*line, "--as", "103", "--html")
    assert (refused.code, refused.err) == (1, "error: there is no mail for '103' to show: consent withdrawn\n")


def test_html_and_text_are_one_too_many(envoi: Run, imported: Path) -> None:
    assert envoi("preview", "come-back", "--as", "104", "--html", "--text", "--project", imported).code == 2


def test_a_file_that_cannot_be_written(envoi: Run, imported: Path) -> None:
    ran = envoi("preview", "come-back", "--as", "104", "--out", "/nowhere/mail.html", "--project", imported)
    assert ran.code == 1
    assert ran.err.startswith("error: No such file or directory: /nowhere/mail.html\n  fix: name a place")


def test_edge_cases_are_listed_with_their_reasons(envoi: Run, imported: Path) -> None:
    ran = envoi("preview", "come-back", "--cases", "--project", imported)
    assert (ran.code, ran.err) == (0, "")
    answer = envoi("preview", "come-back", "--cases", "--project", imported, "--json").answer
    assert answer["campaign"] == "come-back"
    cases = answer["cases"]
    assert isinstance(cases, list)
    for case in cases:
        assert case["label"] in ran.out
        assert case["why"] in ran.out
    people = [case["person"] for case in cases if case["person"]]
    assert people
    assert envoi("preview", "come-back", "--as", people[0], "--project", imported).code == 0


def test_a_person_or_the_cases(envoi: Run, imported: Path) -> None:
    assert envoi("preview", "come-back", "--project", imported).code == 2
    assert envoi("preview", "come-back", "--as", "104", "--cases", "--project", imported).code == 2
