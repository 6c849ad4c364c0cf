"""How long a mail server may take for each step of the dialogue."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How many seconds a server may take for each step: as many as RFC 5321 4.5.3.2 grants."""

    #: To connect, and to encrypt.
    connect: float = 60
    #: To greet, and to answer any command but these:
    command: float = 300
    data: float = 120
    #: To take a whole message off our hands, and to answer its dot.
    message: float = 180
    verdict: float = 600

    @classmethod
    def of(cls, seconds: float) -> Patience:
        """The same for each."""
        return cls(connect=seconds, command=seconds, data=seconds, message=seconds, verdict=seconds)
