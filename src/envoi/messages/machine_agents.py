"""Programs that open mails and follow links, by what they call themselves in the User-Agent header."""

from __future__ import annotations

import re

#: The first that fits gives the name. A proxy of pictures may stand for a reader; that it does, nobody can tell.
_PROGRAMS = (
    ("Gmail's image proxy", "GoogleImageProxy"),
    # As Gmail calls itself when nobody has opened the mail yet.
    ("Gmail's prefetch", r"Chrome/42\.0\.2311\.135 .*Edge/12\.246"),
    ("Yahoo's image proxy", "YahooMailProxy"),
    ("DuckDuckGo's mail proxy", "DuckDuckGo-Email"),
    ("Proton's image proxy", "ProtonMail"),
    ("Barracuda's scanner", "Barracuda"),
    ("Mimecast's scanner", "Mimecast"),
    ("Proofpoint's scanner", "Proofpoint|urldefense"),
    ("Symantec's scanner", "Symantec|MessageLabs|BlueCoat"),
    ("Trend Micro's scanner", "Trend ?Micro|IWSS"),
    ("Cisco's scanner", "IronPort|Cisco.*scan|Talos"),
    ("Sophos's scanner", "Sophos"),
    ("Trellix's scanner", "FireEye|Trellix|McAfee|SkyHigh"),
    ("Forcepoint's scanner", "Forcepoint|Websense"),
    ("Fortinet's scanner", "FortiGuard|FortiMail|Fortinet"),
    ("Zscaler's scanner", "Zscaler"),
    ("a security gateway", "VadeSecure|Hornetsecurity|Avanan|Check ?Point|SpamTitan|TitanHQ|Cloudmark|Mailguard"),
    ("a check for phishing", "VirusTotal|urlscan|Netcraft|PhishTank|SafeBrowsing|Google-Safety"),
    ("Microsoft's preview", "SkypeUriPreview|BingPreview|Protocol Discovery|Existence Discovery|SafeLinks"),
    ("a preview in a chat", "Slackbot|Slack-ImgProxy|TelegramBot|WhatsApp/|Twitterbot|facebookexternalhit|Discordbot"),
    ("a search engine", "Applebot|Googlebot|bingbot|YandexBot|DuckDuckBot|Baiduspider|AhrefsBot|SemrushBot"),
    ("a browser without a window", "HeadlessChrome|PhantomJS|Puppeteer|Playwright|Selenium"),
    (
        "a program",
        r"^(curl|wget|python|aiohttp|httpx|Go-http-client|Java|okhttp|Apache-HttpClient|libwww|Ruby|PHP|axios|node|got"
        r"|undici|PostmanRuntime|reqwest)\b",
    ),
    ("a robot", r"(\b|[a-z])(bot|crawler|spider|scanner)\b"),
    # All that Apple's servers say of themselves when they fetch pictures, whether or not somebody reads.
    ("Apple's Mail Privacy Protection", r"^Mozilla/5\.0$"),
    ("a program that does not say who it is", "^$"),
)
_COMPILED = tuple((name, re.compile(pattern, re.IGNORECASE)) for name, pattern in _PROGRAMS)
#: More of a header is not read.
_LONGEST = 1_000


def program(agent: str) -> str:
    """The program of this User-Agent, empty if it may be what a person reads with.

    >>> program("Barracuda Sentinel (EE)"), program("Mozilla/5.0"), program("")
    ("Barracuda's scanner", "Apple's Mail Privacy Protection", 'a program that does not say who it is')
    >>> program("Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148")
    ''
    """
    agent = agent[:_LONGEST].strip()
    return next((name for name, pattern in _COMPILED if pattern.search(agent)), "")
