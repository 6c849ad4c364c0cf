"""Templates in a real browser: written with CodeMirror and without, by keyboard, beside a mail that can do nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.hosts.web.browsing import WIDE, barriers, visit
from tests.hosts.web.editor.conftest import BLOCKS
from tests.hosts.web.shop import FILES, write_files

HELLO = FILES["templates/hello.mjml"]
Serve = Callable[[Path], AbstractContextManager[str]]
PAGES = [
    "/templates",
    "/templates/hello.mjml?person=1",
    "/templates/hello.mjml?as=text",
    "/templates/hello.mjml?as=phone&saved=yes",
    "/templates/spring.blocks.toml?as=dark",
    "/campaigns/half/mail?person=3&as=dark&q=grace",
    "/campaigns/half/cases",
]


@pytest.fixture(scope="module")
def address(studio: Path, served: Serve) -> Iterator[str]:
    with served(studio) as where:
        yield where


def code(page: Page) -> Locator:
    """The editor, when it has come: before, there is a plain field of the same name."""
    return page.locator(".code").get_by_role("textbox", name="The file")


def mail(page: Page) -> Locator:
    """What the frame shows, when it has come."""
    return page.frame_locator("#letter iframe:not(.coming)").locator("body")


def write(page: Page, text: str) -> None:
    """Writes all of it anew."""
    code(page).click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.press("Delete")
    # Typed, a brace would bring its other half.
    page.keyboard.insert_text(text)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_no_barrier_no_error_and_no_request_elsewhere(browser: Browser, address: str, path: str) -> None:
    with visit(browser) as (page, faults):
        page.goto(address + path, wait_until="networkidle")
        page.evaluate("document.querySelectorAll('details').forEach(closed => closed.open = true)")
        assert barriers(page) == []
        assert faults == []


def test_with_mistakes_a_page_has_no_barrier_either(browser: Browser, address: str) -> None:
    with visit(browser) as (page, faults):
        page.goto(address + "/templates/hello.mjml", wait_until="networkidle")
        write(page, HELLO.replace("| money", "| mony"))
        expect(page.locator(".problems")).to_contain_text("did you mean 'money'?")
        assert barriers(page) == []
        page.goto(address + "/templates/spring.blocks.toml", wait_until="networkidle")
        page.get_by_label("Title", exact=True).first.fill("{{ a | upcas }}")
        expect(page.locator(".block .wrong")).to_contain_text("did you mean 'upcase'?")
        assert barriers(page) == []
        assert faults == []


def test_the_mail_follows_what_is_written_and_a_mistake_is_marked_in_place(browser: Browser, address: str) -> None:
    with visit(browser) as (page, faults):
        page.goto(address + "/templates/hello.mjml?person=2")
        expect(mail(page)).to_contain_text("Chloé:")
        write(page, HELLO.replace("Unsubscribe", "Leave us"))
        expect(mail(page)).to_contain_text("Leave us")
        expect(page.locator("#told")).to_contain_text("Nothing to mend.")
        write(page, HELLO.replace("| money", "| mony"))
        expect(page.locator(".cm-lintRange-error")).to_have_text("mony")
        expect(mail(page)).to_contain_text("there is no filter 'mony'")
        write(page, HELLO.replace("person.first_name }}:", "person.frist_name }}:"))
        expect(page.locator(".cm-lintRange-error")).to_contain_text("person.frist_name")
        # The mail is shown all the same: a missing value prints nothing.
        expect(mail(page)).to_have_text(re.compile(r"^\s*:\s*Unsubscribe"))
        # No mail that was shown on the way is a page to go back to.
        assert page.evaluate("history.length") == 2
        assert faults == []


COLOUR = "one => getComputedStyle(one).color"
COLOURED = {
    "glow.liquid": ("{% if a %}{{ b | upcase }}{% endif %}{% comment %}if{% endcomment %}", "if", "b", "upcase"),
    "glow.hbs": ("{{#if a}}{{upper b}}{{/if}}{{! if }}", "if", "b", "upper"),
    "glow.mailchimp.html": ("*|IF:A|**|UPPER:B|**|END:IF|*", "IF", "B", "UPPER"),
    "glow.amp.html": ("%%[ if @a == 1 then ]%%%%=Uppercase(@b)=%%%%[ /* if */ endif ]%%", "if", "@b", "Uppercase"),
}


@pytest.mark.parametrize("name", COLOURED)
def test_words_of_command_values_and_functions_have_colours_of_their_own(
    browser: Browser, own: Path, served: Serve, name: str
) -> None:
    body, *words = COLOURED[name]
    (own / "templates" / name).write_text(f"<html><head><title>x</title></head><body>\n{body}\n", encoding="utf-8")
    with served(own) as where, visit(browser) as (page, faults):
        page.goto(f"{where}/templates/{name}")
        spans = [page.locator(".cm-line span").get_by_text(word, exact=True).first for word in words]
        colours = [span.evaluate(COLOUR) for span in spans]
        weights = [span.evaluate("one => getComputedStyle(one).fontWeight") for span in spans]
        assert len(set(zip(colours, weights, strict=True))) == len(words)
        assert faults == []


def test_words_are_completed(browser: Browser, address: str) -> None:
    with visit(browser) as (page, faults):
        page.goto(address + "/templates/hello.mjml")
        write(page, "")
        options = page.get_by_role("listbox", name="Completions").get_by_role("option")
        page.keyboard.type("{{ person.fi")
        expect(options.first).to_contain_text("person.first_name")
        options.first.click()
        page.keyboard.type(" | upc")
        expect(options.first).to_contain_text("upcase")
        options.first.click()
        expect(code(page)).to_have_text("{{ person.first_name | upcase}}")
        page.keyboard.press("ControlOrMeta+End")
        page.keyboard.type("{% unl")
        expect(options.first).to_contain_text("unless")
        page.keyboard.press("Escape")
        page.keyboard.press("ControlOrMeta+End")
        page.keyboard.type(" upc")
        expect(options).to_have_count(0)
        assert faults == []


def test_saved_by_keyboard_and_the_place_is_kept(browser: Browser, own: Path, served: Serve) -> None:
    file = own / "templates" / "hello.mjml"
    with served(own) as where, visit(browser) as (page, faults):
        page.goto(where + "/templates/hello.mjml")
        code(page).click()
        page.keyboard.press("ControlOrMeta+Home")
        page.keyboard.insert_text("<!-- one -->")
        page.keyboard.press("ControlOrMeta+s")
        expect(page.locator(".saved")).to_be_visible()
        assert file.read_text(encoding="utf-8") == "<!-- one -->" + HELLO
        # Where one was writing one goes on, and what was saved is what the next save stands on.
        page.keyboard.insert_text("<!-- two -->")
        expect(page.locator(".saved")).to_have_count(0)
        page.keyboard.press("ControlOrMeta+s")
        expect(page.locator(".saved")).to_be_visible()
        assert file.read_text(encoding="utf-8") == "<!-- one --><!-- two -->" + HELLO
        file.write_text(HELLO + "<!-- theirs -->", encoding="utf-8")
        page.keyboard.insert_text("<!-- three -->")
        page.keyboard.press("ControlOrMeta+s")
        expect(page.get_by_role("alert")).to_contain_text("was changed since you opened it")
        assert file.read_text(encoding="utf-8") == HELLO + "<!-- theirs -->"
        expect(code(page)).to_contain_text("<!-- three -->")
        assert barriers(page) == []
        assert [fault for fault in faults if "409" not in fault] == []


def test_one_walks_through_people_and_edge_cases(browser: Browser, address: str) -> None:
    with visit(browser) as (page, faults):
        page.goto(address + "/templates/spring.blocks.toml?person=2")
        expect(mail(page)).to_contain_text("Hi there")
        subject = page.locator(".as .envelope")
        expect(subject).to_contain_text("Chloé, it is spring")
        page.get_by_role("button", name="Next person").click()
        expect(subject).to_contain_text("Ada, it is spring")
        page.get_by_role("button", name="longest name").click()
        expect(page.get_by_label("To", exact=True)).to_have_value("1")
        expect(mail(page)).to_contain_text("<script>alert(1)</script>")
        page.get_by_label("To", exact=True).fill("grace almeida")
        expect(subject).to_contain_text("Grace Almeida")
        expect(page.get_by_label("To", exact=True)).to_be_focused()
        page.get_by_role("radio", name="Plain text").check()
        expect(mail(page)).to_contain_text("unsubscribe/")
        assert faults == []


def test_blocks_are_moved_by_keyboard_and_the_mail_follows(browser: Browser, own: Path, served: Serve) -> None:
    with served(own) as where, visit(browser) as (page, faults):
        page.goto(where + "/templates/spring.blocks.toml?person=2")
        expect(mail(page)).to_contain_text(re.compile("Second.*Third", re.DOTALL))
        button = page.get_by_role("button", name="Move block 3 up")
        button.focus()
        page.keyboard.press("Enter")
        expect(mail(page)).to_contain_text(re.compile("Third.*Second", re.DOTALL))
        # The work goes on at the block that was moved.
        assert page.evaluate("document.activeElement.id") == "b.1"
        page.get_by_role("button", name="Divider", exact=True).click()
        expect(page.locator(".blocks > li")).to_have_count(4)
        page.get_by_role("button", name="Remove block 4").click()
        expect(page.locator(".blocks > li")).to_have_count(3)
        page.get_by_label("Headline (needed)").fill("Hello {{ person.first_name }}")
        expect(mail(page)).to_contain_text("Hello Chloé")
        page.get_by_role("button", name="Save").click()
        expect(page.locator(".saved")).to_be_visible()
        text = (own / "templates" / "spring.blocks.toml").read_text(encoding="utf-8")
        assert re.findall(r'kind = "(\w+)"', text) == ["hero", "products", "text"]
        assert 'headline = "Hello {{ person.first_name }}"' in text
        assert faults == []


def test_on_a_phone_a_mail_of_blocks_has_one_column(browser: Browser, address: str) -> None:
    with visit(browser) as (page, _):
        page.set_viewport_size({"width": 360, "height": 800})
        page.goto(address + "/templates/spring.blocks.toml?person=2")
        expect(mail(page)).to_contain_text("Hi there")
        frame = page.frames[-1]
        assert frame.evaluate("document.documentElement.scrollWidth <= innerWidth")
        lefts = frame.evaluate("[...document.querySelectorAll('.card')].map(one => one.getBoundingClientRect().left)")
        assert len(lefts) == 3
        assert len(set(lefts)) == 1


def test_the_mail_is_dark_where_it_is_asked_for(browser: Browser, address: str) -> None:
    # A scheme that the browser was told to play would hold in frames too, whatever the page says.
    context = browser.new_context(viewport=WIDE, color_scheme="null")
    page = context.new_page()
    ask = "matchMedia('(prefers-color-scheme: dark)').matches"
    for view, is_dark in (("desktop", False), ("dark", True)):
        page.goto(f"{address}/campaigns/half/mail?person=3&as={view}", wait_until="networkidle")
        assert page.frames[1].evaluate(ask) is is_dark
        page.goto(f"{address}/templates/spring.blocks.toml?person=2&as={view}", wait_until="networkidle")
        assert page.frames[-1].evaluate(ask) is is_dark
    context.close()


ATTACK = """<mjml><mj-head><mj-title>x</mj-title></mj-head><mj-body><mj-section><mj-column><mj-raw>
<script>document.title = "broken out"; parent.postMessage("out", "*"); top.location = "/people"</script>
<img src="x" alt="" onerror="document.title = 'broken out'"><img src="http://192.0.2.1/x.png" alt="">
<iframe src="javascript:top.document.title = 'broken out'" title="x"></iframe>
<form action="/templates"><input name="name" aria-label="x"><button>Press me</button></form>
<a href="/people" target="_top" style="font-size: 16px">Out</a>
</mj-raw><mj-text>Still here {{ unsubscribe_url }}</mj-text></mj-column></mj-section></mj-body></mjml>"""


def test_a_mail_cannot_do_anything(browser: Browser, own: Path, served: Serve) -> None:
    write_files(own, {"templates/hello.mjml": ATTACK})
    with served(own) as where, visit(browser) as (page, faults):
        blocked = dict[str, str | None]()
        page.on("requestfailed", lambda request: blocked.update({request.url: request.failure}))
        page.add_init_script("addEventListener('message', event => { window.heard = event.data })")
        page.goto(where + "/templates/hello.mjml?person=2")
        expect(mail(page)).to_contain_text("Still here")
        (frame,) = (each for each in page.frames if each.parent_frame == page.main_frame)
        assert "broken out" in frame.content()
        assert frame.title() != "broken out"
        frame.get_by_role("button", name="Press me").click()
        frame.get_by_role("link", name="Out").click()
        page.wait_for_timeout(300)
        assert page.url.endswith("/templates/hello.mjml?person=2")
        assert page.title().startswith("hello.mjml")
        assert page.evaluate("window.heard") is None
        # What it tried is refused aloud, and nothing else went wrong.
        assert faults
        assert [one for one in faults if not re.search(r"script|sandbox|policy|Policy|192\.0\.2\.1", one)] == []
        assert set(blocked.values()) == {"csp"}
        assert "http://192.0.2.1/x.png" in blocked


def test_without_javascript_there_is_a_field_with_save_and_check(browser: Browser, own: Path, served: Serve) -> None:
    file = own / "templates" / "hello.mjml"
    with served(own) as where, visit(browser, javascript=False) as (page, _):
        page.goto(where + "/templates/hello.mjml?person=2")
        field = page.get_by_role("textbox", name="The file")
        expect(field).to_have_value(HELLO)
        field.fill(HELLO.replace("| money", "| mony"))
        page.get_by_role("button", name="Check").click()
        expect(page.locator(".problems")).to_contain_text("did you mean 'money'?")
        page.get_by_role("textbox", name="The file").fill(HELLO.replace("Unsubscribe", "Leave us"))
        page.get_by_role("button", name="Show the mail").click()
        expect(page.frame_locator("iframe").locator("body")).to_contain_text("Leave us")
        page.get_by_role("button", name="Save").click()
        expect(page.locator(".saved")).to_be_visible()
        assert file.read_text(encoding="utf-8") == HELLO.replace("Unsubscribe", "Leave us")
        page.goto(where + "/templates/spring.blocks.toml")
        page.get_by_role("button", name="Move block 1 down").click()
        page.get_by_role("button", name="Save").click()
        text = (own / "templates" / "spring.blocks.toml").read_text(encoding="utf-8")
        assert re.findall(r'kind = "(\w+)"', text) == ["text", "hero", "products"]
        assert sorted(text.splitlines()) == sorted(BLOCKS.splitlines())
