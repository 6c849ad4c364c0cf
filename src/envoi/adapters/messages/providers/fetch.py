"""Fetches a small file from a provider's own address: over TLS, without following redirects."""

from __future__ import annotations

import http.client
import ssl
from contextlib import closing
from urllib.parse import urlsplit

from envoi.errors import Unreachable

#: A certificate has some two thousand bytes.
MOST_BYTES = 64 << 10
WAIT_S = 10.0


def fetch(url: str) -> bytes:
    """What is at `url`, which the caller has made sure is the provider's.

    Raises:
        Unreachable: there is no answer, or another than 200, or a longer one.
    """
    parts = urlsplit(url)
    host = str(parts.hostname)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    link = http.client.HTTPSConnection(host, timeout=WAIT_S, context=ssl.create_default_context())
    with closing(link):
        try:
            link.request("GET", path)
            response = link.getresponse()
            content = response.read(MOST_BYTES + 1)
        except (OSError, http.client.HTTPException) as error:
            raise Unreachable(f"{host} does not answer: {error}", hint="it is tried again") from None
    if response.status != http.client.OK or len(content) > MOST_BYTES:
        raise Unreachable(f"{host} answered {response.status} with {len(content)} bytes", hint="it is tried again")
    return content
