"""A mail with nothing special in it, and what may stand in others."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import strategies as st

from envoi.messages.address import Mailbox
from envoi.messages.message import Message

PLAIN = Message(
    id="5f2b-1.a",
    campaign="weekly-picks",
    person="17",
    sender=Mailbox(name="Maple & Main Market", address="post@example.org"),
    to=Mailbox(name="Anna Lee", address="anna@example.org"),
    subject="Your picks",
    html="<p>Hello</p>\n",
    text="Hello\n",
    date=datetime(2017, 12, 1, 9, tzinfo=UTC),
    unsubscribe_url="https://example.org/u/1?a=b&c=d",
    list_id="weekly-picks.example.org",
)
#: Whatever may stand in one line.
LINES = st.text(alphabet=st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]))
TEXTS = st.text(alphabet=st.characters(exclude_categories=["Cs"]))
