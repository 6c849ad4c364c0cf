"""The pages of templates, as a browser without JavaScript has them: written, checked, shown and saved."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from envoi.events.event import PersonId
from envoi.hosts.local import open_project
from envoi.hosts.web.guard import MAIL_POLICY, POLICY
from envoi.reports.preview import made
from tests.hosts.web.editor.conftest import BLOCKS, Desk
from tests.hosts.web.shop import FILES, NASTY

HELLO = FILES["templates/hello.mjml"]
Open = Callable[[str], Any]


@pytest.mark.parametrize("path", ["/templates", "/templates/hello.mjml", "/templates/spring.blocks.toml"])
def test_every_page_is_under_the_strict_policy_with_nothing_inline(desk: Open, path: str) -> None:
    answer = desk("").client.get(path)
    assert answer.headers["content-security-policy"] == POLICY
    assert re.findall(r"<script(?! src=\"/static/)|<style|\sstyle=|\son\w+=\"|javascript:", answer.text) == []
    assert answer.text.count("<h1>") == 1
    # CodeMirror is fetched where a text is written, and by no page of itself.
    assert "codemirror.min.js" not in re.sub(r'data-codemirror="[^"]*"', "", answer.text)


def problems(page: str) -> list[tuple[str, str, str]]:
    """The line and column of each problem that a page lists, and what it says."""
    found = re.findall(r'data-line="(\d+)" data-column="(\d+)">.*?<div>(.*?)</div></li>', page, re.DOTALL)
    return [(line, column, unescape(" ".join(re.sub(r"<[^>]+>", " ", text).split()))) for line, column, text in found]


def test_all_templates_are_listed_with_where_they_are_used(desk: Open) -> None:
    page = desk("").client.get("/templates").text
    for told in ("spring.blocks.toml", "hello.mjml", "wild.mjml", "/campaigns/half/mail", "3 mails"):
        assert told in page


def test_a_template_is_shown_as_it_is_in_its_file(desk: Open) -> None:
    page = desk("hello.mjml").client.get("/templates/hello.mjml").text
    (text,) = re.findall(r"<textarea[^>]*>\n(.*?)</textarea>", page, re.DOTALL)
    assert unescape(text) == HELLO
    assert "Nothing to mend." in page
    assert ">person.tier</code>" in page
    assert ">money</code>" in page


def test_what_is_wrong_is_told_with_its_place_and_what_to_write(desk: Open) -> None:
    page = desk("hello.mjml").post(act="check", text=HELLO.replace("| money", "| mony")).text
    assert problems(page) == [("4", "84", "line 4, column 84 there is no filter 'mony' did you mean 'money'?")]
    lint = (
        desk("hello.mjml").post(act="check", text=HELLO.replace("person.first_name }}:", "person.frist_name }}:")).text
    )
    assert problems(lint)[0] == (
        "4",
        "13",
        "line 4, column 13 nothing brings 'person.frist_name' did you mean 'person.first_name'?",
    )


def test_a_template_is_held_against_the_people_who_get_it(desk: Open) -> None:
    text = HELLO.replace("Unsubscribe", '{% if person.tier == "bronze" %}Bronze{% endif %}Unsubscribe')
    (problem,) = problems(desk("hello.mjml").post(act="check", text=text).text)
    assert "nobody reaches this branch: no one in the audience has 'bronze' as 'person.tier'" in problem[2]
    assert problems(desk("hello.mjml").post(act="check", text=text.replace("bronze", "gold")).text) == []


def test_checking_stores_nothing(desk: Open) -> None:
    one = desk("hello.mjml")
    page = one.post(act="check", text=HELLO.replace("Unsubscribe", "Leave us")).text
    assert "Leave us" in page
    assert one.file.read_text(encoding="utf-8") == HELLO


def test_saving_writes_the_file_and_comes_back(desk: Open) -> None:
    one = desk("hello.mjml")
    answer = one.post(act="save", text=HELLO.replace("Unsubscribe", "Leave us").replace("\n", "\r\n"), person="2")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/templates/hello.mjml?saved=yes&campaign=half&person=2&as=desktop"
    assert one.file.read_bytes() == HELLO.replace("Unsubscribe", "Leave us").encode()
    assert "Saved in templates/hello.mjml" in one.client.get(answer.headers["location"]).text


def test_what_someone_else_wrote_meanwhile_is_not_lost_and_neither_is_ones_own(desk: Open) -> None:
    one = desk("hello.mjml")
    hidden = one.hidden()
    one.file.write_text(HELLO + "<!-- theirs -->", encoding="utf-8")
    answer = one.client.post(one.path, data={**hidden, "act": "save", "text": HELLO + "<!-- mine -->"})
    assert answer.status_code == 409
    assert "was changed since you opened it" in answer.text
    assert "&lt;!-- mine --&gt;" in answer.text
    assert one.file.read_text(encoding="utf-8").endswith("<!-- theirs -->")
    again = one.client.post(one.path, data={**hidden, "act": "save", "text": HELLO})
    assert again.status_code == 409


def test_what_does_not_compile_is_not_saved(desk: Open) -> None:
    one = desk("hello.mjml")
    answer = one.post(act="save", text="{% if %}")
    assert answer.status_code == 422
    assert "Not saved" in answer.text
    assert one.file.read_text(encoding="utf-8") == HELLO


def test_nothing_is_taken_from_elsewhere(desk: Open) -> None:
    one = desk("hello.mjml")
    for path in (one.path, f"{one.path}/frame", "/templates"):
        for token in ({}, {"token": "0" * 32}):
            answer = one.client.post(path, data={**token, "act": "save", "text": "x", "name": "x"})
            assert answer.status_code == 403
    assert one.file.read_text(encoding="utf-8") == HELLO


@pytest.mark.parametrize("path", ["/templates/nope.mjml", "/templates/..%2Fenvoi.toml", "/templates/nope.mjml/frame"])
def test_what_is_not_there_says_so(desk: Open, path: str) -> None:
    assert desk("").client.get(path).status_code == 404


def test_the_frame_is_the_mail_that_would_be_sent_to_the_byte(desk: Open) -> None:
    one = desk("hello.mjml")
    with open_project(one.root, read_only=True) as envoi:
        wanted = made(envoi.stage("half"), PersonId("3")).message
    answer = one.post("/frame", campaign="half", person="3", text=HELLO)
    assert wanted is not None
    assert answer.text == wanted.html
    assert answer.headers["content-security-policy"] == MAIL_POLICY
    plain = one.post("/frame", **{"campaign": "half", "person": "3", "text": HELLO, "as": "text"})
    assert wanted.text in unescape(plain.text)
    assert plain.headers["content-security-policy"] == MAIL_POLICY


def test_another_dialect_is_shown_with_its_own_words_and_the_campaigns_own_subject(own: Path, desk: Open) -> None:
    main = own / "envoi.toml"
    main.write_text(main.read_text() + '\n[names]\nFNAME = "person.first_name"\n')
    page = "<html><head><title>T</title></head><body><p>Hi {{upper FNAME}}: {{campaign.subject}}</p></body></html>"
    (own / "templates" / "spring.hbs").write_text(page)
    lines = 'audience = \'did "Order Completed"\'\npurpose = "newsletter"\ntemplate = "spring.hbs"\n'
    (own / "campaigns" / "bars.toml").write_text(lines + 'subject = "For {{FNAME}}"\n[fallback]\nheadline = "h"\n')
    one = desk("spring.hbs")
    shown = one.client.get(one.path).text
    assert "Nothing to mend." not in shown
    assert {line for line, _, _ in problems(shown)} == {"0"}
    assert '<code data-word="value">FNAME</code>' in shown
    assert '<code data-word="function">upper</code>' in shown
    assert 'data-word="tag"' not in shown
    with open_project(own, read_only=True) as envoi:
        wanted = made(envoi.stage("bars"), PersonId("3")).message
    assert wanted is not None
    assert wanted.subject.startswith("For ")
    assert one.post("/frame", campaign="bars", person="3", text=page).text == wanted.html


def test_the_frame_shows_what_is_not_saved_and_does_not_save_it(desk: Open) -> None:
    one = desk("hello.mjml")
    assert "Leave us" in one.post("/frame", person="2", text=HELLO.replace("Unsubscribe", "Leave us")).text
    assert "no filter" in one.post("/frame", person="2", text=HELLO.replace("| money", "| mony")).text
    failing = HELLO.replace("{{ person.first_name }}:", "{{ person.first_name | divided_by: 0 }}:")
    page = one.post(act="check", person="2", text=failing).text
    for answer in (one.post("/frame", person="2", text=failing).text, page):
        assert "line 4, column" in answer
        assert "divide by 0" in answer
    assert one.file.read_text(encoding="utf-8") == HELLO


def test_one_walks_from_person_to_person_and_finds_them_by_name(desk: Open) -> None:
    one = desk("hello.mjml")

    def shown(**asked: str) -> str:
        page = one.post(act="check", text=HELLO, campaign="half", **asked).text
        return str(re.findall(r'name="person" value="([^"]*)"', page)[0])

    assert shown() == "1"
    assert shown(person="1", go="next") == "10"
    assert shown(person="10", go="previous") == "1"
    assert shown(person="1", go="as 7") == "7"
    assert shown(person="grace almeida") == "6"
    assert shown(person="1", go="random") != ""
    assert shown(person="no such one") == "no such one"


def test_edge_cases_are_offered_with_their_reasons(desk: Open) -> None:
    page = desk("spring.blocks.toml").client.get("/templates/spring.blocks.toml").text
    cases = re.findall(r'value="as (\d+)"[^>]*>([^<]*)</button> <span class="soft">([^<]*)', page)
    assert cases[:2] == [("1", "longest name", "59 letters"), ("1", "content: fallback", "chosen for 23")]
    assert ("1", "branch, line 14", "else of {% if p.image %}: taken by 23") in cases[2:]
    assert {label for _, label, _ in cases[2:]} == {"branch, line 14"}
    # Of what nobody gets there is nothing to look at.
    assert '<span class="pill">branch, line 14</span> <span class="soft">{% if p.image %}: taken by nobody' in page


def blocks_of(page: str) -> list[str]:
    return re.findall(r'name="b\.\d+\.kind" value="(\w+)"', page)


def form_of(page: str) -> dict[str, str]:
    """What a browser would post of the page's blocks."""
    inputs = re.findall(r'<input (?:id="[^"]*" )?name="([^"]+)" type="\w+" value="([^"]*)"', page)
    areas = re.findall(r'<textarea id="[^"]*" name="([^"]+)"[^>]*>\n(.*?)</textarea>', page, re.DOTALL)
    selects = re.findall(r'<select id="[^"]*" name="([^"]+)"[^>]*>.*?<option selected>(\w+)<', page)
    boxes = re.findall(r'<input type="checkbox" name="([^"]+)" value="(true)" checked', page)
    kinds = re.findall(r'<input type="hidden" name="([^"]+kind)" value="(\w+)"', page)
    hidden = re.findall(r'<input type="hidden" name="(token|digest)" value="(\w+)"', page)
    return {name: unescape(value) for name, value in [*inputs, *areas, *selects, *boxes, *kinds, *hidden]}


def test_blocks_are_moved_added_and_saved(desk: Open) -> None:
    one: Desk = desk("spring.blocks.toml")
    page = one.client.get(one.path).text
    for act, kinds in [
        ("down 0", ["text", "hero", "products"]),
        ("duplicate 1", ["text", "hero", "hero", "products"]),
        ("remove 2", ["text", "hero", "products"]),
        ("add divider", ["text", "hero", "products", "divider"]),
        ("up 3", ["text", "hero", "divider", "products"]),
    ]:
        answer = one.client.post(one.path, data={**form_of(page), "act": act})
        page = answer.text
        assert blocks_of(page) == kinds
        assert answer.headers["hx-reswap"] == "outerHTML"
    assert one.file.read_text(encoding="utf-8") == BLOCKS
    saved = one.client.post(one.path, data={**form_of(page), "act": "save"}, follow_redirects=False)
    assert saved.status_code == 303
    text = one.file.read_text(encoding="utf-8")
    assert text.startswith("# Kept above.\n\nsubject = ")
    assert re.findall(r'kind = "(\w+)"', text) == ["text", "hero", "divider", "products"]


def test_a_form_that_was_not_touched_writes_the_file_as_it_was(desk: Open) -> None:
    one: Desk = desk("spring.blocks.toml")
    form = form_of(one.client.get(one.path).text)
    assert one.client.post(one.path, data={**form, "act": "save"}, follow_redirects=False).status_code == 303
    assert one.file.read_text(encoding="utf-8") == BLOCKS


def test_a_mistake_in_a_block_is_told_at_its_field_and_keeps_what_was_written(desk: Open) -> None:
    one: Desk = desk("spring.blocks.toml")
    form = form_of(one.client.get(one.path).text)
    answer = one.client.post(one.path, data={**form, "b.1.text": "{{ a | upcas }}", "act": "save"})
    assert answer.status_code == 422
    assert "did you mean &#39;upcase&#39;?" in answer.text
    assert 'aria-describedby="b.1.text-fault"' in answer.text
    assert "{{ a | upcas }}" in answer.text
    assert one.file.read_text(encoding="utf-8") == BLOCKS
    frame = one.client.post(f"{one.path}/frame", data={**form, "b.1.text": "{{ a | upcas }}"})
    assert "something is wrong in the blocks" in frame.text


def test_a_file_of_blocks_with_a_mistake_that_no_form_shows_is_mended_as_text(desk: Open) -> None:
    one: Desk = desk("spring.blocks.toml")
    client = one.client
    hidden = one.hidden()
    broken = BLOCKS.replace('kind = "text"', 'kind = "txt"')
    page = client.post(one.path, data={**hidden, "text": broken, "act": "check"}).text
    assert problems(page) == [("9", "0", "line 9 there is no kind of block 'txt' did you mean 'text'?")]


def test_what_campaigns_say_is_shown_and_not_obeyed(desk: Open) -> None:
    one: Desk = desk("spring.blocks.toml")
    page = one.client.get(one.path).text
    assert NASTY not in page
    frame = one.client.post(f"{one.path}/frame", data={**form_of(page), "campaign": "spring", "person": "2"}).text
    assert NASTY not in frame
    assert "&lt;script&gt;alert(1)" in frame


def test_a_new_mail_is_made_and_can_be_opened(desk: Open) -> None:
    one: Desk = desk("hello.mjml")
    token = one.hidden()["token"]
    made_new = one.client.post("/templates", data={"token": token, "name": "summer-sale"}, follow_redirects=False)
    assert made_new.headers["location"] == "/templates/summer-sale.blocks.toml"
    page = one.client.get("/templates/summer-sale.blocks.toml").text
    assert blocks_of(page) == ["hero", "text", "products"]
    assert "Nothing to mend." in page
    assert "No campaign uses this template yet" in page
    refused = one.client.post("/templates", data={"token": token, "name": "Summer Sale!"})
    assert refused.status_code == 422
    assert "is no name for a template" in refused.text
