"""What mail servers say in words: the reason by the phrases they use, where their codes say nothing or another."""

from __future__ import annotations

import re

from envoi.messages.returned.codes import codes, reason_of
from envoi.messages.returned.reason import PERMANENT, Reason

#: By reason, what servers write for it; the first reason of which anything is found counts.
_PLAIN = (
    (
        Reason.PROGRAM,
        r"\bpipe to\b|procmail:|maildrop:|command died",
    ),
    (
        Reason.FILTERED,
        r"recipient.? preferences|(?:refused|rejected|blocked) by (?:the )?(?:user|recipient)\b(?! domain)",
    ),
    (
        Reason.SYSTEM,
        r"unverified address|address verification",
    ),
    (
        Reason.FULL,
        r"(?:mail)?box (?:is |was )?(?:over ?)?full|over ?quota|quota (?:is )?(?:exceeded|full)|"
        r"exceed\w* (?:\w+ ){0,4}(?:quota|storage)|(?:user|mailbox|account|disk) (?:\w+ ){0,2}(?:quota|space)|"
        r"insufficient (?:disk|storage)|mailbox (?:\w+ )?exceeds? (?:\w+ )?limit|"
        r"not enough (?:\w+ )?(?:space|storage)|mailbox (?:size )?limit exceeded|out of storage|quota violation|"
        r"mailfolder is full|mailbox for \S+ is full|\binbox is full",
    ),
    (
        Reason.TOO_LARGE,
        r"(?:message|mail|data|size) (?:\w+ ){0,4}(?:too (?:large|big|long)|exceeds)|too large|"
        r"maximum (?:message )?size|size limit",
    ),
    (
        Reason.BLOCKED,
        r"black ?list|block ?list|\bblocked\b|\bbanned\b|\bdnsbl\b|\brbl\b|spamhaus|spamcop|barracuda|senderbase|"
        r"reputation|\bspf\b|\bdmarc\b|\bdkim\b|senderid|sender id|\bptr\b|reverse dns|not allowed to send|"
        r"client host|(?:sender|from) (?:address|domain)|sender (?:was )?rejected|domain of sender|"
        r"(?:relay|relaying) (?:\w+ )?(?:denied|not permitted|not allowed|prohibited|access)|"
        r"(?:unable|not permitted|refused|cannot) to relay|not relay|we do not relay|refused to talk|"
        r"poor reputation|bad reputation|authentication (?:is )?required|authentication checks failed|"
        r"unauthenticated|not authenticated|starttls|must (?:issue|use) |invalid sender|sender verif|helo|ehlo|"
        r"your (?:ip|host|server|domain|email has)|does not accept mail from|not accepting (?:mail|messages) from|"
        r"unsolicited|mail from \S+ (?:is )?(?:refused|rejected|not)",
    ),
    (
        Reason.CONTENT,
        r"\bspam|virus|malware|phish|infected|attachment|"
        r"(?:message|mail|content|body|header) (?:\w+ ){0,3}(?:content|rejected|refused|denied|looks like|"
        r"violat\w+)|"
        r"content (?:filter|policy|rejected)|header error|malformed|illegal|junk|not rfc ?5?3?2?822|bare lf|syntax",
    ),
    (
        Reason.LIMITED,
        r"too many|rate limit|throttl|greylist|gray ?list|try again (?:later|in)|"
        r"temporar\w+ (?:deferred|rejected|blocked|suspended|rate)|"
        r"(?:sending|message|connection|recipient|hourly|daily) (?:\w+ )?(?:rate|limit)",
    ),
    (
        Reason.MOVED,
        r"has moved|user has moved|new address|no longer at this address|address has changed|replaced by|"
        r"has been replaced|moved to",
    ),
    (
        Reason.INACTIVE,
        r"(?:mailbox|account|user|recipient|address|email)\S* (?:\w+ ){0,5}(?:disabled|inactive|suspended|"
        r"deactivated|locked|frozen|discontinued|expired|closed|not active|terminated|on hold)|"
        r"(?:disabled|inactive|suspended|locked|deactivated|expired) (?:\w+ ){0,2}(?:mailbox|account|user|"
        r"recipient|address)|"
        r"extended inactivity|currently suspended|over ?due|not (?:been )?activated|is not accepting",
    ),
    (
        Reason.UNKNOWN_USER,
        r"(?:user|recipient|mailbox|address|account|addressee|destination)\S* (?:\S+ ){0,5}?(?:unknown|not found|"
        r"unavailable|invalid|incorrect|(?:does|did|do) ?n[o']t exist|doesn't exist|undeliverable|not (?:known|"
        r"exist|listed|valid|recogni[sz]ed)|non-?existent|wasn.t found|couldn.t be found|could not be found)|"
        r"(?:unknown|no such|invalid|bad|incorrect|nonexistent|non-existent|unrouteable|"
        r"undeliverable) (?:\S+ ){0,3}?(?:user|recipient|mailbox|address|account|addressee|person|rcpt|local)|"
        r"no (?:mailbox|account|user|recipient|such|valid recipients)|"
        r"not (?:a (?:valid|known|local)|our customer|found in)|unknown in|doesn.t have (?:a|an) \S+ account|"
        r"do(?:es)? not have (?:a|an) (?:\S+ )?(?:account|mailbox)|isn.t (?:a )?(?:valid|known)|recipientnotfound|"
        r"no one (?:by|with) that name|email address (?:wasn.t|was not) found|user.?unknown|unknown.?user|"
        r"unknown.?recipient|user doesn.t exist|unknown address|adresse inconnue|destinataire inconnu|"
        r"not listed in|ディレクトリのリストにありません",
    ),
    (
        Reason.NETWORK,
        r"host not found,? try again|unexpected name server|server ?fail",
    ),
    (
        Reason.UNKNOWN_HOST,
        r"(?:host|domain|name)\S* (?:\w+ ){0,3}(?:unknown|not found|(?:does|did) ?n[o']t exist|invalid)|"
        r"(?:unknown|no such|unrouteable|bad|invalid) (?:\w+ )?(?:host|domain|mail server)|"
        r"(?:can't|cannot|couldn't|could not|unable to) (?:find|look ?up|resolve|determine) (?:\w+ ){0,3}(?:host|"
        r"domain|mail exchanger|mx|ip address)|"
        r"nxdomain|no (?:mail exchanger|mx|dns|a record)|host or domain name not found|unresolvable|"
        r"domain (?:\w+ )?(?:lookup|isn.t|is not)|non-?existent domain|no route to (?:host|domain)",
    ),
    (
        Reason.NO_MAIL,
        r"null ?mx|does not accept (?:any )?(?:e-?mail|mail)\b|domain does not (?:accept|receive)|"
        r"not accept(?:ing)? mail\b|nomail",
    ),
    (
        Reason.EXPIRED,
        r"(?:queue|queued) (?:\w+ ){0,4}(?:too long|lifetime|time)|time(?:d)? ?out|"
        r"(?:delivery|message) (?:\w+ ){0,3}expired|retry (?:time|timeout|limit)|"
        r"could not (?:send|be delivered) (?:\w+ ){0,5}(?:hours?|days?)|"
        r"(?:past|last|after|for) (?:\w+ ){0,3}\d[\d.]* (?:hour|day|minute)|been delayed|"
        r"delivery (?:is |was )?delayed|still (?:trying|being retried)|"
        r"will (?:continue|keep) (?:to )?(?:try|be retried)|unable to deliver for|no answer|"
        r"failing for a long time|giving up|could not be delivered for|not delivered within",
    ),
    (
        Reason.NETWORK,
        r"connect\w* (?:\w+ ){0,3}(?:refused|reset|closed|failed|timed|lost|dropped|error|to)|"
        r"(?:unable|cannot|could not|couldn't|wasn't able) (?:\w+ ){0,2}(?:connect|establish|contact|reach)|"
        r"(?:unreachable|not reachable|not respond|no response|lost connection|hop count|loop|routing|network)|"
        r"server (?:\w+ ){0,2}down",
    ),
    (
        Reason.SYSTEM,
        r"system (?:\w+ ){0,2}(?:error|config|problem|full|failure)|"
        r"(?:internal|local|server|configuration|resource|temporary|unexpected|program) (?:\w+ )?(?:error|failure|"
        r"problem|lookup)|"
        r"command (?:died|failed|output)|cannot (?:open|append|create|write)|permission denied|"
        r"service (?:\w+ )?(?:unavailable|not available)|pipe|procmail|maildrop|disk full|not supported|"
        r"exited with|requested action aborted",
    ),
    (
        Reason.UNKNOWN_USER,
        r"(?:recipient )?address rejected",
    ),
    (
        Reason.BLOCKED,
        r"access denied|denied|policy|prohibited|rejected|refused|not (?:allowed|permitted|authori[sz]ed)|"
        r"restricted|forbidden|security|unacceptable",
    ),
)
_PHRASES = tuple((reason, re.compile(pattern, re.IGNORECASE)) for reason, pattern in _PLAIN)
#: What a server says of one recipient has no more letters; all of it is searched for many phrases.
_MOST = 4_000
#: Reasons whose words stand even beside a code that says another.
_OUTRANK = frozenset(
    {Reason.FILTERED, Reason.PROGRAM, Reason.FULL, Reason.MOVED, Reason.UNKNOWN_USER, Reason.UNKNOWN_HOST}
)
#: The recipient had been taken before the mail was sent: who then says "unknown" is a filter, which did not like it.
#: The last is how the carrier au says so.
_AFTER_DATA = re.compile(
    r"in reply to (?:the )?(?:end of )?data|after end of data|command:? data\b|<<< 354|>>> data <<< 5|"
    r"\b550:? : user unknown",
    re.IGNORECASE,
)
#: It had taken none: then it was the recipient that it answered, though the mail had been announced (RFC 2920).
_NONE_TAKEN = re.compile(r"no valid recipients|need rcpt|<<< 503", re.IGNORECASE)
#: Mobile carriers that say so of everybody whose filters refuse the sender.
_VAGUE = ("@docomo.ne.jp",)


def by_words(text: str) -> Reason | None:
    """The reason that a server's words give; None if they give none.

    >>> str(by_words("sorry, no mailbox here by that name")), by_words("hello")
    ('no such mailbox', None)
    """
    plain = " ".join(text.replace("\u2019", "'").split())
    return next((reason for reason, pattern in _PHRASES if pattern.search(plain)), None)


def judged(text: str, status: str = "", *, who: str = "", beside: str = "") -> tuple[Reason, str]:
    """The reason and the code in what a server said of `who`, with the status of its report where there is one.

    `beside` is what else is told of it: when it was said.

    >>> judged("550 5.1.1 <a@example.org>... User Unknown")
    (<Reason.UNKNOWN_USER: 'no such mailbox'>, '5.1.1')
    """
    text, beside = text[:_MOST], beside[:_MOST]
    said, basic = codes(text)
    code = next((each for each in (said, status) if reason_of(each)), said or status)
    words = by_words(text)
    reason = words if words in _OUTRANK else reason_of(code) or words
    if reason is Reason.UNKNOWN_USER and reason_of(code) not in PERMANENT and _is_filter(f"{text} {beside}", who):
        reason = Reason.FILTERED
    return reason or _by_class(code or basic), code or basic


def _is_filter(text: str, who: str) -> bool:
    plain = " ".join(text.split())
    return who.endswith(_VAGUE) or bool(_AFTER_DATA.search(plain) and not _NONE_TAKEN.search(plain))


def _by_class(code: str) -> Reason:
    return Reason.SYSTEM if code.startswith("4") else Reason.OTHER
