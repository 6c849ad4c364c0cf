"""Reads mails as mail programs do."""

from __future__ import annotations

from email.parser import BytesParser
from email.policy import SMTP


def html_of(data: bytes) -> str:
    """The HTML of a mail as it arrived."""
    return _part(data, "html")


def text_of(data: bytes) -> str:
    """The plain text of a mail as it arrived."""
    return _part(data, "plain")


def _part(data: bytes, kind: str) -> str:
    part = BytesParser(policy=SMTP).parsebytes(data).get_body((kind,))
    return str(part.get_content()) if part else ""
