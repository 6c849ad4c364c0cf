"""Answers that mailboxes give by themselves: holidays, "we got your mail" (RFC 3834)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from email.message import Message

_SUBJECT = re.compile(
    r"^\s*(?:re:\s*)?(?:auto(?:matic|mated)?[ :-]*(?:reply|response|answer)?\b|out of (?:the )?office|away from|"
    r"vacation|on (?:vacation|holiday|leave)|i am away|i'm away|abwesenheit|automatische antwort|absence|"
    r"r[ée]ponse automatique|respuesta autom|risposta automatica|away:)",
    re.IGNORECASE,
)
_HEADERS = ("X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Auto-Reply-From", "X-Mail-Autoreply", "Vacation")


def answers_by_itself(head: Message, subject: str) -> bool:
    """Whether the head of a mail says that a mailbox wrote it."""
    said = str(head.get("Auto-Submitted", "")).strip().lower()
    if said.startswith("auto-replied") or str(head.get("X-Auto-Response-Suppress", "")).strip().lower() == "oof":
        return True
    if str(head.get("Precedence", "")).strip().lower() == "auto_reply":
        return True
    return any(name in head for name in _HEADERS) or _SUBJECT.match(subject) is not None
