"""`envoi secret`: links are signed anew, and old ones are read until a person takes their secret away."""

from __future__ import annotations

from pathlib import Path

from envoi.hosts.folder import secret, secrets_of
from tests.hosts.cli.conftest import Run


def test_renewing_keeps_what_was_there(envoi: Run, shop: Path) -> None:
    first = secret(shop)
    assert envoi("secret", "--project", shop).out == "1 secret is read\n"
    ran = envoi("secret", "--renew", "--project", shop)
    assert (ran.code, ran.out) == (0, "a new secret makes links from now on; 2 secrets are read\n")
    assert secrets_of(shop)[0] == secret(shop) == first
    assert envoi("secret", "--renew", "--project", shop, "--json").answer == {"secrets": 3, "renewed": True}
    assert len(set(secrets_of(shop))) == 3
    assert (shop / ".envoi" / "secret").stat().st_mode & 0o777 == 0o600
