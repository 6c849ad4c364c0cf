"""The builder as a browser without scripts has it: what is posted comes back in step, and nothing of it is lost."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from envoi.conditions import parse, written
from envoi.conditions.tree import All
from envoi.hosts.local import open_project
from envoi.hosts.web.builder import page as module
from tests.hosts.web.builder.store import Posted

if TYPE_CHECKING:
    from starlette.testclient import TestClient

REFERENCE = Path(__file__).parents[4] / "docs" / "reference" / "conditions.md"
EVERYTHING = 'did "Product Viewed" where price > 3 and tier = "gold" and in segment "Gold" and consents to newsletter'


def examples() -> list[str]:
    """Every condition that the reference shows."""
    text = REFERENCE.read_text(encoding="utf-8")
    cells = [one for row in re.findall(r"^\| (`[^|]+`) \|", text, re.MULTILINE) for one in re.findall("`([^`]+)`", row)]
    return [*cells, *re.findall(r"```condition\n(.*?)```", text, re.DOTALL)]


ODD = [
    'first_name = "a\\"b\\\\c"',
    'first_name in ("", "x")',
    "not (not age > 3)",
    "not not vip = true",
    'did "Order Completed" where not (total > 3 and not (coupon is missing or total < 9))',
    "(age > 1 and age > 2) and age > 3",
    'first_name = "two\nlines"',
    'age in (1, "a")',
    'did "Order Completed" exactly 0 times',
    'not in segment "Buyers" or not (vip = true and not did not "Order Completed")',
    "age = 9.50",
    'did "Order Completed" since the last "Product Viewed" where (price > 3 and sale = true)',
]


def post(client: TestClient, path: str, fields: dict[str, list[str]], *, act: str = "check") -> Posted:
    answer = client.post(path, data={**fields, "act": [act]})
    assert answer.status_code == 200, answer.text
    return Posted(answer.text)


def opened(client: TestClient, path: str = "/build") -> Posted:
    return Posted(client.get(path).text)


def with_text(client: TestClient, text: str) -> Posted:
    """The page after somebody wrote this text."""
    return post(client, "/build", {**opened(client).fields, "text": [text]})


@pytest.mark.parametrize("text", [*examples(), *ODD])
def test_text_to_form_to_text_loses_nothing(reader: TestClient, text: str) -> None:
    page = with_text(reader, text)
    assert page.fields["text"] == [text.replace("\n", "\r\n")]
    # The text is put out of the form's sight: what comes back was read from the form alone.
    page.fields["followed"] = page.fields["text"] = ["age = 12345"]
    again = post(reader, "/build", page.fields)
    assert parse(again.fields["text"][0].replace("\r\n", "\n")) == parse(text)


def test_the_reference_has_the_examples_that_are_tried() -> None:
    assert len(examples()) > 60


def test_every_kind_of_rule_can_be_added_and_says_something_at_once(reader: TestClient) -> None:
    page = opened(reader)
    offered = [act for act in page.buttons if act.startswith("add c ")]
    assert len(offered) == 15
    for act in offered:
        made = post(reader, "/build", page.fields, act=act)
        both = parse(made.fields["text"][0])
        assert isinstance(both, All), act
        assert len(both.parts) == 2, act


def test_a_group_is_nested_negated_and_dissolved(reader: TestClient) -> None:
    page = with_text(reader, "age > 1 and age > 2")
    page = post(reader, "/build", page.fields, act="group c.1")
    assert page.fields["text"] == ["age > 1 and age > 2"]
    page = post(reader, "/build", page.fields, act="add c.1 consent")
    assert page.fields["text"] == ["age > 1\r\nand (age > 2 or consents to newsletter)"]
    page = post(reader, "/build", page.fields, act="not c.1")
    page = post(reader, "/build", page.fields, act="up c.1")
    assert page.fields["text"] == ["not (age > 2 or consents to newsletter)\r\nand age > 1"]
    page = post(reader, "/build", page.fields, act="not c.0")
    page = post(reader, "/build", page.fields, act="ungroup c.0")
    page = post(reader, "/build", page.fields, act="remove c.1")
    assert page.fields["text"] == ["age > 2\r\nand age > 1"]


def test_another_property_is_asked_as_it_can_be(reader: TestClient) -> None:
    page = with_text(reader, 'did "Product Viewed" where product_id starts with "X"')
    at = "c.0.where.0"
    page.fields[f"{at}:path"] = ["price"]
    page = post(reader, "/build", page.fields)
    assert (page.fields[f"{at}:op"], page.fields[f"{at}:as"]) == (["="], ["number"])
    page.fields[f"{at}:value"] = ["4.5"]
    page = post(reader, "/build", page.fields)
    assert page.fields["text"] == ['did "Product Viewed" where price = 4.5']


def test_of_many_names_one_is_found_by_typing(reader: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LISTED", 1)
    answer = reader.post("/build", data={**opened(reader).fields, "text": [EVERYTHING]})
    assert '<datalist id="c.0:event-known"><option value="Product Viewed">' in answer.text
    fields = Posted(answer.text).fields
    assert fields["c.0:event"] == ["Product Viewed"]
    fields["c.0:event"] = ["Order Completed"]
    assert post(reader, "/build", fields).fields["text"][0].startswith('did "Order Completed" where')


def test_while_a_rule_says_nothing_the_text_waits(reader: TestClient) -> None:
    page = with_text(reader, "age > 30")
    page.fields["c.0:value"] = ["thirty"]
    answer = reader.post("/build", data=page.fields)
    assert "expected a number, found &#39;thirty&#39;" in answer.text
    waiting = Posted(answer.text)
    assert waiting.fields["text"] == ["age > 30"]
    assert waiting.fields["c.0:value"] == ["thirty"]
    waiting.fields["c.0:value"] = ["31"]
    assert post(reader, "/build", waiting.fields).fields["text"] == ["age > 31"]


def test_while_the_text_says_nothing_the_form_waits(reader: TestClient) -> None:
    fields = {**with_text(reader, "age > 30").fields, "text": ["age > 30\nand did Order"]}
    answer = reader.post("/build", data=fields)
    assert "line 2, column 9:" in answer.text
    assert "names of events go in quotes" in answer.text
    waiting = Posted(answer.text)
    assert waiting.fields["text"] == ["age > 30\r\nand did Order"]
    assert "c:kind" not in waiting.fields
    waiting.fields["text"] = ["age > 30"]
    assert post(reader, "/build", waiting.fields).fields["c.0:value"] == ["30"]


def test_a_name_that_is_not_in_the_plan_is_told_in_the_text_and_at_its_rule(reader: TestClient) -> None:
    fields = {**opened(reader).fields, "text": ['age > 3 and did "Order Complted"']}
    text = reader.post("/build", data=fields).text
    assert text.count("no event &#34;Order Complted&#34;; did you mean &#39;Order Completed&#39;?") == 2
    assert "<b>line 1, column 17:</b>" in text
    assert "Order Complted (not in the plan)" in text


def test_a_segment_cannot_be_built_on_itself(reader: TestClient) -> None:
    fields = {**opened(reader, "/build/Buyers").fields, "text": ['in segment "Gold"']}
    assert "segments go round in a circle" in reader.post("/build/Buyers", data=fields).text


def test_people_are_counted_shown_and_doubted(reader: TestClient) -> None:
    fields = {
        **opened(reader, "/build/Buyers").fields,
        "text": ['did "Order Completed" in the last 10 days and age < 70'],
    }
    text = reader.post("/build/Buyers", data=fields).text
    # Every fourth of 60 bought, n % 28 + 1 days ago: 0, 4, 8, 28, 32, 36, 56 in the last ten days, of whom none is 70.
    assert '<p class="figure">6</p>' in text
    assert "exact" in text
    assert "Fewer than 50 people" in text
    assert "9</span> leave" in text
    assert ">N0</a>" in text


def test_a_field_that_many_lack_is_told_of(reader: TestClient) -> None:
    fields = {**opened(reader).fields, "text": ['tier = "gold"']}
    text = reader.post("/build", data=fields).text
    assert "Uses tier, which is empty for 50 % of all people" in text
    # The most frequent values are there to be picked: 15 are gold and 15 silver.
    assert 'value="set c.0 value gold"' in text


def test_saving_keeps_all_else_in_the_file(writer: TestClient, own_store: Path) -> None:
    page = opened(writer, "/build/Buyers")
    answer = writer.post(
        "/build/Buyers",
        data={**page.fields, "text": ['did "Order Completed" in the last 20 days\r\nand age > 30'], "act": "save"},
        follow_redirects=False,
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/segments/Buyers?saved=yes")
    text = (own_store / "segments" / "buyers.toml").read_text(encoding="utf-8")
    before, _, after = text.partition("condition = ")
    assert before.startswith('# Kept by hand: do not rename.\nname = "Buyers"  # as the mails call them\n')
    assert after.startswith("'''\ndid \"Order Completed\" in the last 20 days\nand age > 30\n'''\n\n# Points for")
    assert after.endswith("each = '\"Product Viewed\"'  # any product\ngives = 2\n")
    with open_project(own_store, read_only=True) as envoi:
        condition = envoi.project.segment("Buyers").condition
        assert written(condition) == 'did "Order Completed" in the last 20 days and age > 30'
    assert "Saved." in writer.get("/segments/Buyers?saved=yes").text


def test_a_file_that_was_changed_meanwhile_is_left_alone(writer: TestClient, own_store: Path) -> None:
    page, path = opened(writer, "/build/Buyers"), own_store / "segments" / "buyers.toml"
    path.write_text(path.read_text(encoding="utf-8") + "# Bo was here\n", encoding="utf-8")
    answer = writer.post("/build/Buyers", data={**page.fields, "text": ["age > 30"], "act": "save"})
    assert answer.status_code == 409
    assert "segments/buyers.toml was changed since you opened it" in answer.text
    assert Posted(answer.text).fields["text"] == ["age > 30"]
    assert "age > 30" not in path.read_text(encoding="utf-8")


def test_a_new_segment_needs_a_name_of_its_own(writer: TestClient, own_store: Path) -> None:
    page = opened(writer)
    for name, refusal in (("", "the segment has no name"), ("Buyers", "there is a segment &#39;Buyers&#39; already")):
        answer = writer.post("/build", data={**page.fields, "name": [name], "act": "save"})
        assert answer.status_code == 422
        assert refusal in answer.text
    fields = {**page.fields, "name": ["Ça va / naïve"], "text": ['first_name = "it\'s" or vip = true'], "act": "save"}
    answer = writer.post("/build", data=fields, follow_redirects=False)
    assert answer.headers["location"] == "/segments/%C3%87a%20va%20%2F%20na%C3%AFve?saved=yes"
    assert writer.get(answer.headers["location"]).status_code == 200
    assert (own_store / "segments" / "a-va-na-ve.toml").is_file()


def test_a_form_from_elsewhere_is_refused(writer: TestClient, own_store: Path) -> None:
    fields = opened(writer, "/build/Buyers").fields
    before = (own_store / "segments" / "buyers.toml").read_bytes()
    for token in ([], ["x"], [fields["token"][0][:-1]]):
        answer = writer.post("/build/Buyers", data={**fields, "token": token, "text": ["age > 1"], "act": "save"})
        assert answer.status_code == 403
    assert (own_store / "segments" / "buyers.toml").read_bytes() == before


@pytest.mark.parametrize(
    "fields",
    [
        {"c:kind": ["nonsense"]},
        {"c:kind": ["all"], "c.0:kind": ["test"], "c.0.where:kind": ["did"]},
        {"c:kind": ["all"], "c.0:kind": ["did"], "c.0:event": ["\ud83d"], "c.0:window": ["nonsense"]},
        {"c:kind": ["all"], f"c.{'9' * 5_000}:kind": ["did"], "act": [f"remove c.{'9' * 5_000}"]},
        {"c" + ".0" * 70 + ":kind": ["all"], "c:kind": ["any"]},
        {"c:kind": ["all"], "c.0:kind": ["did"], "c.0.where:kind": ["test"], "act": ["where c.0 where"]},
        {"c:kind": ["all"], "c.0:kind": ["trait"], "c.0:op": ["><"], "act": ["up c.0", "down"]},
        {"act": ["add c nonsense"]},
        {"act": ["set c.0 value"], "text": ["("] * 3},
    ],
)
def test_what_no_page_of_ours_would_post_is_answered_all_the_same(
    reader: TestClient, fields: dict[str, list[str]]
) -> None:
    posted = {name: [one.encode(errors="replace").decode() for one in each] for name, each in fields.items()}
    answer = reader.post("/build", data={"token": opened(reader).fields["token"], **posted})
    assert answer.status_code == 200
    assert Posted(answer.text).fields["text"]


def test_looking_changes_no_file(writer: TestClient, own_store: Path) -> None:
    before = {path: path.read_bytes() for path in own_store.glob("segments/*")}
    page = opened(writer, "/build/Buyers")
    post(writer, "/build/Buyers", {**page.fields, "text": ["age > 1"]}, act="add c did")
    assert {path: path.read_bytes() for path in own_store.glob("segments/*")} == before
