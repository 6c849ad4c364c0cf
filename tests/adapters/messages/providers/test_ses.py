"""Amazon's signature, held to the example that Amazon publishes."""

from __future__ import annotations

from envoi.adapters.messages.providers.ses import Credentials, Signing
from envoi.clock import parse_instant


def test_the_example_of_amazons_own() -> None:
    """docs.aws.amazon.com/IAM/latest/UserGuide: GET ListUsers of 2015-08-30."""
    signing = Signing(
        region="us-east-1",
        service="iam",
        credentials=Credentials(key_id="AKIDEXAMPLE", secret="wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),  # noqa: S106
        at=parse_instant("2015-08-30T12:36:00Z"),
    )
    given = {"content-type": "application/x-www-form-urlencoded; charset=utf-8", "host": "iam.amazonaws.com"}
    headers = signing.headers("GET", "/", given, b"", query="Action=ListUsers&Version=2010-05-08")
    assert headers["authorization"] == (
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "
        "SignedHeaders=content-type;host;x-amz-date, "
        "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
    )


def test_credentials_that_end_are_signed_with_their_session() -> None:
    who = Credentials(key_id="AKIDEXAMPLE", secret="s", session="t")  # noqa: S106
    signing = Signing(region="eu-west-1", service="ses", credentials=who, at=parse_instant("2026-11-20T12:00:00Z"))
    headers = signing.headers("POST", "/v2/email/outbound-emails", {"host": "h"}, b"{}")
    assert headers["x-amz-security-token"] == "t"
    assert "SignedHeaders=host;x-amz-date;x-amz-security-token" in headers["authorization"]
    assert "'s'" not in repr(who)
