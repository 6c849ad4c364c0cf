"""A browser and what is asked of every page in it: no barrier, no error, nothing from elsewhere."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from playwright.sync_api import Browser, Page, ViewportSize

#: Debian's browser, alone on its machine.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDE: ViewportSize = {"width": 1280, "height": 900}
NARROW: ViewportSize = {"width": 390, "height": 844}
#: A busy machine is slow; only what never comes has failed.
PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS)
#: A page hears of every breach of its policy, and tells us.
WITNESS = "document.addEventListener('securitypolicyviolation', e => console.error('policy: ' + e.violatedDirective))"


@contextmanager
def visit(browser: Browser, *, javascript: bool = True) -> Iterator[tuple[Page, list[str]]]:
    """A page of a fresh profile, and what went wrong in it so far: errors, breaches, requests to elsewhere."""
    context = browser.new_context(viewport=WIDE, java_script_enabled=javascript, reduced_motion="reduce")
    context.set_default_timeout(PATIENCE_MS)
    page, faults = context.new_page(), list[str]()
    page.add_init_script(WITNESS)
    page.on("console", lambda message: faults.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("request", lambda request: faults.append(request.url) if not is_here(request.url) else None)
    yield page, faults
    context.close()


def is_here(url: str) -> bool:
    return urlsplit(url).hostname == "127.0.0.1" or url.startswith("data:")


def barriers(page: Page) -> list[str]:
    """What axe holds against the page, light and dark, wide and narrow; and whether it is wider than the screen."""
    found = []
    for size in (WIDE, NARROW):
        page.set_viewport_size(size)
        page.emulate_media(color_scheme="light")
        found += [f"light {size['width']}: {rule}" for rule in broken_rules(page)]
        page.emulate_media(color_scheme="dark")
        # The scheme changes colours and nothing else.
        found += [f"dark {size['width']}: {rule}" for rule in broken_rules(page, only=["color-contrast"])]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append(f"{size['width']}: wider than the screen")
    return found


def broken_rules(page: Page, *, only: Sequence[str] = ()) -> list[str]:
    options = {"resultTypes": ["violations"], **({"runOnly": list(only)} if only else {})}
    return [one["id"] for one in Axe().run(page, options=options).response["violations"]]
