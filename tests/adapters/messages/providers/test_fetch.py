"""A provider's file is fetched over TLS, or not at all."""

from __future__ import annotations

import socket

import pytest

from envoi.adapters.messages.providers.fetch import fetch
from envoi.errors import Unreachable
from tests.faults.provider_server import ProviderServer


def test_a_server_without_tls_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever stands between us and the provider."""
    with ProviderServer("ses") as server:
        port = int(server.origin.rpartition(":")[2])
        real = socket.create_connection
        monkeypatch.setattr(
            "socket.create_connection", lambda _, *rest, **more: real(("127.0.0.1", port), *rest, **more)
        )
        with pytest.raises(Unreachable, match=r"sns\.eu-west-1\.amazonaws\.com does not answer"):
            fetch("https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem")
        assert server.took == []
