"""AMPscript's functions that write a text another way: for addresses, as hashes, in base 64."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
from urllib.parse import quote, quote_plus

from envoi.errors import TemplateError
from envoi.templates.ampscript.values import flag, glimpse, text
from envoi.templates.limits import require

_ENCODINGS = {
    "utf-8": "utf-8", "utf8": "utf-8", "utf-16": "utf-16-le", "unicode": "utf-16-le", "utf-16be": "utf-16-be",
    "utf-32": "utf-32-le", "ascii": "ascii", "us-ascii": "ascii", "iso-8859-1": "latin-1", "windows-1252": "cp1252",
}  # fmt: skip

_HASHES = {"HS256": "sha256", "HS384": "sha384", "HS512": "sha512"}


def url_encode(source: object, everything: object = 0, any_text: object = 0) -> str:
    """The query of an address with its spaces encoded, or everything that has a meaning there.

    A text that is no address is left alone, unless `any_text`.

    >>> url_encode("http://e.org?q=a b"), url_encode("http://e.org?q=a b", True), url_encode("a b", False, True)
    ('http://e.org?q=a%20b', 'http://e.org?q%3da+b', 'a%20b')
    """
    shown, all_signs = text(source), flag(everything, "URLEncode")
    require(3 * len(shown))
    is_address = bool(re.match(r"https?://", shown, re.IGNORECASE))
    if not is_address and not flag(any_text, "URLEncode"):
        return shown
    if not all_signs:
        return shown.replace(" ", "%20")
    before, mark, query = shown.partition("?") if is_address else ("", "", shown)
    encoded = quote_plus(query, safe="!()*-._")
    return before + mark + re.sub(r"%[0-9A-F]{2}", lambda found: found[0].lower(), encoded)


def base64_encode(source: object, encoding: object = "utf-8") -> str:
    """A text in base 64.

    >>> base64_encode("Hello"), base64_decode("SGVsbG8=")
    ('SGVsbG8=', 'Hello')
    """
    return base64.b64encode(_bytes(source, encoding)).decode("ascii")


def base64_decode(source: object, encoding: object = "utf-8", abort: object = 1) -> str:
    """The text that base 64 holds."""
    del abort
    try:
        return base64.b64decode(text(source), validate=True).decode(_encoding(encoding))
    except (binascii.Error, UnicodeDecodeError) as fault:
        raise TemplateError(f"{glimpse(source)} is not base 64 of a text") from fault


def md5(source: object, encoding: object = "utf-8") -> str:
    """The MD5 of a text, in hexadecimal digits; for addresses that ask for it, not for secrets.

    >>> md5("a"), sha1("a")[:8], sha256("a")[:8], sha512("a")[:8]
    ('0cc175b9c0f1b6a831c399e269772661', '86f7e437', 'ca978112', '1f40fc92')
    """
    return hashlib.md5(_bytes(source, encoding), usedforsecurity=False).hexdigest()


def sha1(source: object, encoding: object = "utf-8") -> str:
    """The SHA-1 of a text."""
    return hashlib.sha1(_bytes(source, encoding), usedforsecurity=False).hexdigest()


def sha256(source: object, encoding: object = "utf-8") -> str:
    """The SHA-256 of a text."""
    return hashlib.sha256(_bytes(source, encoding)).hexdigest()


def sha512(source: object, encoding: object = "utf-8") -> str:
    """The SHA-512 of a text."""
    return hashlib.sha512(_bytes(source, encoding)).hexdigest()


def string_to_hex(source: object, encoding: object = "utf-8") -> str:
    """The bytes of a text in hexadecimal digits.

    >>> string_to_hex("AZ")
    '415a'
    """
    require(8 * len(text(source)))
    return _bytes(source, encoding).hex()


def redirect_to(address: object) -> str:
    """An address that a link takes as a whole from data; Envoi's own links lead there."""
    return quote(text(address), safe="%/:=&?~#+!$,;'@()*[]")


def wrap_long_url(address: object) -> str:
    """The address as it is: what programs of 2007 made of very long ones has not to be kept from them any more."""
    return text(address)


def get_jwt(secret: object, algorithm: object, payload: object) -> str:
    """A JSON Web Token of this payload, signed with a secret that the template brings.

    >>> get_jwt("key", "HS256", "{}")
    'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.9EmJDfAi6fqc_FoO3yD77spdi7QZX-s9VzN89vOaOp0'
    """
    name = text(algorithm).upper()
    if name not in _HASHES or not text(secret):
        raise TemplateError("GetJWT takes a secret and one of HS256, HS384, HS512", hint='write "HS256"')
    head = json.dumps({"alg": name, "typ": "JWT"}, separators=(",", ":"))
    signed = b".".join(_url_safe(_bytes(part, "utf-8")) for part in (head, payload))
    mark = hmac.digest(_bytes(secret, "utf-8"), signed, _HASHES[name])
    return b".".join((signed, _url_safe(mark))).decode("ascii")


def _url_safe(octets: bytes) -> bytes:
    return base64.urlsafe_b64encode(octets).rstrip(b"=")


def _bytes(source: object, encoding: object) -> bytes:
    try:
        return text(source).encode(_encoding(encoding))
    except UnicodeEncodeError as fault:
        raise TemplateError(
            f"{text(encoding)} has no sign for a part of {glimpse(source)}", hint="use UTF-8"
        ) from fault


def _encoding(name: object) -> str:
    found = _ENCODINGS.get(text(name).lower())
    if not found:
        raise TemplateError(f"there is no encoding {glimpse(name)}", hint="use UTF-8")
    return found
