"""Machines give themselves away by what they say, and by what no person does."""

from __future__ import annotations

import pytest

from envoi.clock import MICROS_PER_SECOND, Instant
from envoi.messages.links import PIXEL, Link
from envoi.messages.machine import judged, suspect
from envoi.messages.track import Hit

PEOPLE = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 "
    "Edg/131.0.0.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 "
    "Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.4.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)",
    "Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 10.0; WOW64; Trident/7.0; Microsoft Outlook 16.0.10730; ms-office)",
    "Mozilla/5.0 (Linux; Android 14; SM-G991B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Mobile "
    "Safari/537.36",
    # A make of telephone, not a robot.
    "Mozilla/5.0 (Linux; Android 10; CUBOT_X18_Plus) AppleWebKit/537.36 Chrome/96.0 Mobile Safari/537.36",
]
MACHINES = {
    "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)": "Gmail's image proxy",
    "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html": "Yahoo's image proxy",
    "Mozilla/5.0": "Apple's Mail Privacy Protection",
    "": "a program that does not say who it is",
    "Barracuda Sentinel (EE)": "Barracuda's scanner",
    "Mimecast URL Scanner": "Mimecast's scanner",
    "Mozilla/5.0 (Windows NT 10.0) BingPreview/1.0b": "Microsoft's preview",
    "Microsoft Office Existence Discovery": "Microsoft's preview",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)": "a preview in a chat",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)": "a search engine",
    "Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/120.0 Safari/537.36": "a browser without a window",
    "python-requests/2.32": "a program",
    "curl/8.5.0": "a program",
    "SomeNewBot/1.0 (+https://bot.example)": "a robot",
}


@pytest.mark.parametrize("agent", PEOPLE)
def test_what_people_read_with_is_not_suspected(agent: str) -> None:
    assert suspect({"user-agent": agent}) == ""


@pytest.mark.parametrize("agent", MACHINES)
def test_programs_are_known_by_their_names(agent: str) -> None:
    assert suspect({"user-agent": agent}) == MACHINES[agent]


@pytest.mark.parametrize(
    "header",
    [{"purpose": "prefetch"}, {"sec-purpose": "prefetch;prerender"}, {"x-purpose": "preview"}, {"x-moz": "prefetch"}],
)
def test_what_is_fetched_in_advance_says_so(header: dict[str, str]) -> None:
    assert suspect({"user-agent": PEOPLE[0], **header}) == "fetched in advance"


def test_a_header_of_any_length_is_read_in_no_time() -> None:
    assert suspect({"user-agent": "bot " * 100_000}) == "a robot"


def hit(url: str, at_s: float, *, mail: str = "d1", machine: str = "") -> Hit:
    at = Instant(int(at_s * MICROS_PER_SECOND))
    link = Link(id=url or "pixel", campaign="weekly", url=url)
    return Hit(id=f"{url}{at_s}{mail}", decision=mail, link=link, at=at, machine=machine)


def why(*hits: Hit, **known: dict[str, float]) -> list[str]:
    moments = {
        name: {mail: Instant(int(at * MICROS_PER_SECOND)) for mail, at in known.get(name, {}).items()}
        for name in ("headed", "sent")
    }
    return judged(hits, headed=moments["headed"], sent=moments["sent"])


def test_nobody_is_there_within_two_seconds_of_sending() -> None:
    soon, later = hit(PIXEL, 11.9), hit(PIXEL, 12.1)
    assert why(soon, later, sent={"d1": 10}) == ["within 2 seconds of sending", ""]
    assert why(soon, sent={"d2": 10}) == [""]
    # The server's word that it took the mail may come after the first look at it.
    assert why(hit(PIXEL, 9), sent={"d1": 10}) == ["within 2 seconds of sending"]


def test_nobody_follows_two_links_at_once() -> None:
    hurried = [hit("a", 100), hit("b", 100.4), hit("c", 101.2)]
    assert why(*hurried) == ["several links at once"] * 3
    assert why(hit("a", 100), hit("b", 101.5)) == ["", ""]


def test_the_same_link_twice_is_a_double_click_and_two_mails_are_two_people() -> None:
    assert why(hit("a", 100), hit("a", 100.2)) == ["", ""]
    assert why(hit("a", 100), hit("b", 100, mail="d2")) == ["", ""]
    # Pictures are shown while a link is followed.
    assert why(hit(PIXEL, 100), hit("a", 100.1)) == ["", ""]


def test_a_link_followed_just_before_counts_too() -> None:
    before = hit("a", 100)
    assert judged([hit("b", 100.5)], before=[before], headed={}, sent={}) == ["several links at once"]


def test_a_browser_does_not_ask_first_whether_a_page_is_there() -> None:
    assert why(hit("a", 105), headed={"d1": 104}) == ["asked whether it is there first"]
    assert why(hit("a", 205), headed={"d1": 104}) == [""]
    assert why(hit("a", 103), headed={"d1": 104}) == [""]


def test_what_the_request_says_of_itself_comes_first() -> None:
    assert why(hit("a", 10.5, machine="a robot"), sent={"d1": 10}) == ["a robot"]
