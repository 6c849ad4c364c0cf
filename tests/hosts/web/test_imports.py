"""Imports in the pages: a file is looked at, mapped, tried, run once, and found again; and nothing is doubled."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest
from playwright.sync_api import Browser, expect
from starlette.testclient import TestClient

from envoi.events.event import PersonId
from envoi.hosts.importing import import_file
from envoi.hosts.imports import draft as drafts
from envoi.hosts.imports import record, running
from envoi.hosts.local import open_project
from envoi.hosts.reading import FileToImport
from envoi.hosts.web.app import app
from envoi.hosts.web.posted import token
from envoi.people.consent import allows
from tests.hosts.web.browsing import barriers, visit

CSV = (
    "Customer ID;E-Mail;First name;Phone;City;Newsletter;Notes\n"
    "901;ann@example.org;ann;0113 496 0000;Leeds;yes;<b>likes</b> tea\n"
    "902;bob@example.org;bob;020 7946 0018;London;no;\n"
    "2;chloe@example.org;Chloé;;Porto;yes;\n"
    "904;cut\n"
)


@dataclass
class Wizard:
    """A client of the pages, and the project behind them."""

    client: TestClient
    root: Path

    def upload(self, content: str | bytes = CSV, name: str = "people.csv", *, key: str = "") -> str:
        """The address of the draft."""
        answer = self.client.post(
            "/imports/upload",
            data={"token": key or token(self.root)},
            files={"file": (name, content)},
            follow_redirects=False,
        )
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    def post(self, path: str, act: str, step: str, **fields: str) -> str:
        """The page after pressing a button."""
        known = {"token": token(self.root), "act": act, "step": step, **fields}
        return self.client.post(path, data=known).text

    def done(self, path: str) -> str:
        """The page when nothing runs any more."""
        draft = drafts.get(self.root, path.rpartition("/")[2])
        assert running.waited_for(self.root, draft, 60)
        return self.client.get(path).text

    def let_go(self) -> None:
        """Has the pages close the project: this process opens it to write."""
        self.client.app.state.hold.close()  # type: ignore[attr-defined]

    def take_in(self, path: str) -> str:
        """Tries it, and runs it; the page in the end."""
        self.post(path, "try", "try")
        assert "Take it in" in self.done(path)
        self.post(path, "run", "try")
        return self.done(path)


@pytest.fixture
def wizard(copy: Path) -> Iterator[Wizard]:
    with TestClient(app(copy), base_url="http://localhost", raise_server_exceptions=False) as client:
        yield Wizard(client, copy)


CONSENT = {"said_in5": "sign-up form", "basis5": "forms kept in the shop", "use5": "consent"}


def test_a_file_is_looked_at(wizard: Wizard) -> None:
    page = wizard.client.get(wizard.upload()).text
    assert "CSV, cut at semicolons, UTF-8" in page
    chosen = re.findall(r'aria-label="What (.+?) is">.*?<option value="(\w[\w ]*)" selected', page)
    assert chosen == [
        ("Customer ID", "user_id"),
        ("E-Mail", "email"),
        ("First name", "keep"),
        ("Phone", "phone"),
        ("City", "keep"),
        ("Newsletter", "consent"),
        ("Notes", "keep"),
    ]
    assert "&lt;b&gt;likes" in page
    assert "<b>likes" not in page
    assert "4 of 4 values looked at are e-mail addresses" in page or "3 of 3" in page


def test_consent_needs_a_basis(wizard: Wizard) -> None:
    path = wizard.upload()
    page = wizard.post(path, "next", "columns")
    assert "the consent in &#39;Newsletter&#39; lacks its basis" in page


def test_rules_show_what_they_do_to_real_values(wizard: Wizard) -> None:
    path = wizard.upload()
    wizard.post(path, "next", "columns", **CONSENT)
    page = wizard.post(
        path, "look", "rules", **{"rule:phone": "phone", "option:phone": "GB", "rule:First name": "name"}
    )
    assert "0113 496 0000 → +441134960000" in page
    assert "ann → Ann" in page


def test_a_date_that_could_be_two_days_is_told(wizard: Wizard) -> None:
    path = wizard.upload("id,born\n1,03/04/1990\n2,05/06/1991\n")
    wizard.post(path, "next", "columns")
    page = wizard.post(path, "look", "rules", **{"rule:born": "date"})
    assert "could be two days: 3 April or 4 March 1990" in page


def test_tried_it_tells_who_is_new_and_changes_nothing_and_taken_in_it_is_listed(wizard: Wizard) -> None:
    path = wizard.upload()
    wizard.post(path, "next", "columns", **CONSENT)
    wizard.post(path, "try", "try")
    page = wizard.done(path)
    tiles = re.findall(r"<dt>([^<]+)</dt><dd>([\d,]+)</dd>", page)
    assert tiles == [("people, new", "2"), ("changed", "1"), ("the same", "0"), ("records set aside", "1")]
    assert "the line has 2 cells, and the header 7" in page
    assert '"place":"line 5"' in wizard.client.get(f"{path}/rejects").text
    assert "<td>Porto</td>" in page
    with open_project(wizard.root, read_only=True, any_thread=True) as envoi:
        assert envoi.stores.people.get([PersonId("901")]) == {}
    assert not (wizard.root / "maps").exists()
    wizard.post(path, "run", "try")
    assert "finished" in wizard.done(path)
    (one,) = record.every(wizard.root)
    assert (one.kind, one.source, one.records, one.people) == ("people", "people", 4, 3)
    assert one.events == {"Consent Changed": 3, "Profile Updated": 3}
    assert one.rejected == {"the line has 2 cells, and the header 7": 1}
    assert "Download these records" in wizard.client.get(f"/imports/{one.name}/run").text
    assert "line 5" in wizard.client.get(f"/imports/{one.name}/run/rejects").text
    assert one.name in wizard.client.get("/imports").text
    # The copy of the file is gone, and the mapping is the project's.
    assert list((wizard.root / ".envoi").rglob("people.csv")) == []
    assert list(drafts.every(wizard.root)) == []
    assert 'user_id = "Customer ID"' in (wizard.root / "maps/people.toml").read_text()


def test_imported_twice_nothing_is_doubled_and_no_one_is_subscribed_again(wizard: Wizard) -> None:
    path = wizard.upload()
    wizard.post(path, "next", "columns", **CONSENT)
    wizard.take_in(path)
    no = wizard.root / "no.csv"
    no.write_text("id,newsletter\n901,no\n")
    mapping = wizard.root / "no.toml"
    mapping.write_text(
        'kind = "people"\nsource = "desk"\nas_of = 2999-01-01\n[keys]\nuser_id = "id"\n[consent.newsletter]\n'
        'column = "newsletter"\ngranted = "yes"\nsource = "telephone"\nbasis = "she called"\n'
    )
    wizard.let_go()
    with open_project(wizard.root, wait_s=30) as envoi:
        import_file(envoi, FileToImport(path=no, map=mapping))
        before = envoi.stores.log.position()
    # The same file under another name, by one click on the mapping that the first import left.
    again = wizard.upload(name="again.csv")
    wizard.post(again, "use", "columns", map="maps/people.toml")
    wizard.post(again, "try", "try")
    page = wizard.done(again)
    # And its lines in another order, by the command.
    wizard.let_go()
    with open_project(wizard.root, wait_s=30) as envoi:
        lines = CSV.splitlines()
        other = wizard.root / "other.csv"
        other.write_text("\n".join([lines[0], *lines[:0:-1]]))
        import_file(envoi, FileToImport(path=other, map=wizard.root / "maps/people.toml"))
        (ann,) = envoi.stores.people.get([PersonId("901")]).values()
        assert not allows(ann, "newsletter")
        assert envoi.stores.log.position() == before
    assert "would be new" in page


def test_events_are_told_from_people(wizard: Wizard) -> None:
    path = wizard.upload("customer_id,order_id,timestamp,total\n901,o1,2024-01-02T10:00:00Z,12.5\n", "orders.csv")
    page = wizard.client.get(path).text
    assert 'value="events" selected' in page
    page = wizard.post(path, "next", "columns")
    assert "nothing says what happened" in page
    assert "order_id" not in wizard.post(path, "next", "columns", event="Order Completed").partition("wrong")[2]


def test_a_run_that_was_killed_goes_on_and_is_taken_back_by_a_button(wizard: Wizard) -> None:
    path = wizard.upload("id,city\n901,Leeds\n")
    wizard.post(path, "next", "columns")
    # What a run leaves that was killed: it said that it had begun, and nothing after that.
    draft = drafts.get(wizard.root, path.rpartition("/")[2])
    told = running.Progress(what=running.RUN, done=7)
    (drafts.folder(wizard.root, draft.id) / "progress.json").write_bytes(msgspec.json.encode(told))
    page = wizard.client.get(f"{path}?step=try").text
    assert "interrupted after 7 records" in page
    assert ">Go on</button>" in page
    wizard.post(path, "run", "try")
    assert "Take it back" in wizard.done(path)
    (one,) = record.every(wizard.root)
    page = wizard.post(f"/imports/{one.name}/run", "undo", "")
    assert "It was taken back" in page
    assert "Take it back" not in page
    assert wizard.client.get("/people?q=901").text.count("Leeds") == 0
    with open_project(wizard.root, read_only=True, any_thread=True) as envoi:
        assert [one.person for one in envoi.stores.people.scan() if one.person == "901"] == []
    assert "it was taken back at" in wizard.post(f"/imports/{one.name}/run", "undo", "")


def test_a_file_of_the_project_is_chosen_by_name_and_no_other_can_be(wizard: Wizard) -> None:
    (wizard.root / "data").mkdir()
    (wizard.root / "data" / "here.csv").write_text("id,city\n1,Leeds\n")
    key = {"token": token(wizard.root)}
    answer = wizard.client.post("/imports", data={**key, "data": "here.csv"}, follow_redirects=False)
    assert answer.status_code == 303
    assert wizard.client.post("/imports", data={**key, "data": "../envoi.toml"}).status_code == 404


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        ("", "empty.csv", "is empty"),
        ("a,a\n1,2\n", "twice.csv", "names &#39;a&#39; twice"),
        ("a,b\n", "what.doc", "ending"),
        (b"PK\x03\x04", "table.parquet", "is no whole Parquet file"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_words_and_not_kept(
    wizard: Wizard, content: str | bytes, name: str, said: str
) -> None:
    answer = wizard.client.post("/imports/upload", data={"token": token(wizard.root)}, files={"file": (name, content)})
    assert said in answer.text
    assert list(drafts.every(wizard.root)) == []


def test_an_upload_from_elsewhere_leaves_nothing(wizard: Wizard) -> None:
    answer = wizard.client.post("/imports/upload", data={"token": "guessed"}, files={"file": ("a.csv", CSV)})
    assert answer.status_code == 403
    assert not list((wizard.root / ".envoi").glob("drafts/*"))
    assert wizard.client.post("/imports/upload", data={"token": token(wizard.root)}).status_code == 400


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b""),
        (f"multipart/form-data; boundary={'x' * 5_000}", b""),
        ("multipart/form-data; boundary=x", b"no form at all"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: " + b"y" * 100_000),
    ],
    ids=["no boundary", "a boundary that is none", "no form", "a head without end"],
)
def test_a_form_that_is_none_is_refused(wizard: Wizard, kind: str, body: bytes) -> None:
    answer = wizard.client.post("/imports/upload", content=body, headers={"content-type": kind})
    assert answer.status_code == 400


def test_a_draft_can_be_discarded(wizard: Wizard) -> None:
    path = wizard.upload()
    wizard.post(path, "discard", "columns")
    assert wizard.client.get(path).status_code == 404


def test_the_steps_in_a_browser(
    browser: Browser, copy: Path, served: Callable[[Path], AbstractContextManager[str]], tmp_path: Path
) -> None:
    file = tmp_path / "people.csv"
    file.write_text(CSV)
    with served(copy) as address:
        with visit(browser, javascript=False) as (page, _):
            page.goto(address + "/imports")
            page.get_by_label("CSV, JSON lines or Parquet").set_input_files(file)
            page.get_by_role("button", name="Look at it").first.press("Enter")
            page.wait_for_url("**/imports/people-*")
            page.get_by_label("said in").fill("sign-up form")
            page.get_by_label("and known by").fill("forms in the shop")
            page.get_by_role("button", name="Next: standard forms").press("Enter")
            page.get_by_role("button", name="Next: try it").press("Enter")
            page.get_by_role("button", name="Try it").press("Enter")
            until = time.monotonic() + 60
            while page.get_by_role("button", name="Take it in").count() == 0 and time.monotonic() < until:
                page.reload()
            draft = page.url.partition("?")[0]
        with visit(browser) as (page, faults):
            for path in ("?step=columns", "?step=rules", "?step=try"):
                page.goto(draft + path, wait_until="networkidle")
                assert barriers(page) == []
            page.get_by_role("button", name="Take it in").click()
            page.wait_for_url("**/run")
            expect(page.get_by_text("finished", exact=True)).to_be_visible()
            assert barriers(page) == []
            page.goto(address + "/imports", wait_until="networkidle")
            assert barriers(page) == []
            assert faults == []
