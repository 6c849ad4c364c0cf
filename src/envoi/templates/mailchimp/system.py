"""Mailchimp's own tags: what of Envoi's data they stand for, or what to write instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.errors import TemplateError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envoi.errors import Place

#: Where Envoi's data bring what a tag prints; a project's own names go before these.
PATHS: Mapping[str, str] = {
    "EMAIL": "person.email",
    "FNAME": "person.first_name",
    "LNAME": "person.last_name",
    "PHONE": "person.phone",
    "ADDRESS": "person.address",
    "BIRTHDAY": "person.birthday",
    "COMPANY": "person.company",
    "MC_LANGUAGE": "person.language",
    "EMAIL_UID": "person.id",
    "UNIQID": "person.id",
    "MERGE0": "person.email",
    "MERGE1": "person.first_name",
    "MERGE2": "person.last_name",
    "UNSUB": "unsubscribe_url",
    "UPDATE_PROFILE": "preferences_url",
    "ARCHIVE": "view_url",
    "ARCHIVE_PAGE_URL": "view_url",
    "ARCHIVE_LINK_SHORT": "view_url",
    "FORWARD": "forward_url",
    "LIST:COMPANY": "shop.name",
    "LIST:NAME": "shop.name",
    "LIST:ADDRESS": "shop.address",
    "LIST:ADDRESSLINE": "shop.address",
    "LIST:ADDRESS_HTML": "shop.address",
    "LIST_ADDRESS_HTML": "shop.address",
    "LIST:URL": "shop.url",
    "LIST:EMAIL": "shop.email",
    "LIST:PHONE": "shop.phone",
    "LIST:DESCRIPTION": "why",
    "LIST:SUBSCRIBE": "shop.subscribe_url",
    "USER:COMPANY": "shop.name",
    "USER:ADDRESS": "shop.address",
    "USER:URL": "shop.url",
    "USER:EMAIL": "shop.email",
    "USER:PHONE": "shop.phone",
    "ABUSE_EMAIL": "shop.email",
    "CAMPAIGN_UID": "campaign.name",
    "MC:SUBJECT": "campaign.subject",
    "MC_SUBJECT": "campaign.subject",
    "MC_PREVIEW_TEXT": "campaign.preview",
    "TWITTER:PROFILEURL": "shop.twitter_url",
    "FACEBOOK:PROFILEURL": "shop.facebook_url",
    "INSTAGRAM:PROFILEURL": "shop.instagram_url",
    "REWARDS": "shop.rewards_html",
    "REWARDS_TEXT": "shop.rewards_text",
}
#: Today, by PHP's letters.
DATES: Mapping[str, str] = {"CURRENT_YEAR": "Y", "MC:DATE": "m/d/Y"}
#: In a mail it never holds: this is the mail, not its page on the web.
NEVER = frozenset({"ARCHIVE_PAGE"})
#: How tags begin for which Envoi has nothing, and what to do.
_FEEDS = "Envoi reads no feed while it renders: give the items in the data, and loop over them in Liquid or Handlebars"
_SOCIAL = "write the button or the text yourself"
_FOREIGN: Mapping[str, str] = {
    "RSS": _FEEDS,
    "FEED": _FEEDS,
    "END:RSS": _FEEDS,
    "END:FEED": _FEEDS,
    "LIST:RECENT": _FEEDS,
    "RECENT": _FEEDS,
    "POLL": "link to a page that asks",
    "END:POLL": "link to a page that asks",
    "SURVEY": "link to a page that asks",
    "PROMO_CODE": "give the code as a field of the content: *|CODE|*",
    "QRCOUPON": "give the code as a field of the content, and the picture as its address",
    "PRODUCT": "Envoi chooses products itself: loop over them in Liquid or Handlebars",
    "ORDER": "give the order in the data, and loop over it in Liquid or Handlebars",
    "CART": "give the cart in the data, and loop over it in Liquid or Handlebars",
    "MC:TOC": "write the table of contents yourself",
    "MC:TRANSLATE": "write one variant a language: *|IF:MC_LANGUAGE=fr|*",
    "TRANSLATE": "write one variant a language: *|IF:MC_LANGUAGE=fr|*",
    "MC_LANGUAGE_LABEL": "write *|MC_LANGUAGE|*, or one variant a language",
    "MC:TOFRIEND": "write *|FORWARD|*",
    "LIST:SUBSCRIBERS": "give the number in the content",
    "LIST:UID": "it names a list of Mailchimp's",
    "LIST:ADDRESS_VCARD": "link to the file yourself",
    "ABOUT_LIST": "say it in the mail: *|LIST:DESCRIPTION|*",
    "UNSUB:": "write *|UNSUB|*: Envoi shows its own page",
    "TWITTER": _SOCIAL,
    "FACEBOOK": _SOCIAL,
    "INSTAGRAM": _SOCIAL,
    "LINKEDIN": _SOCIAL,
    "SHARE": _SOCIAL,
    "SOCIAL": _SOCIAL,
    "EVENT": "link to the page of the event",
    "VIDEO": "link to the video from a picture",
    "YOUTUBE": "link to the video from a picture",
    "VIMEO": "link to the video from a picture",
    "GALLERY": "write the pictures yourself",
    "FLICKR": "write the pictures yourself",
    "GOOGLE": "link to the page",
    "SUPPORT": "link to the page",
    "MC:AFFILIATE": "link to the page",
}
#: What people write for a tag.
_MISTAKES: Mapping[str, str] = {
    "UNSUBSCRIBE": "UNSUB",
    "UNSUBSCRIBE_URL": "UNSUB",
    "ENDIF": "END:IF",
    "END_IF": "END:IF",
    "END:": "END:IF",
    "END": "END:IF",
    "/IF": "END:IF",
    "ELSEIFNOT": "ELSE:",
    "FIRSTNAME": "FNAME",
    "LASTNAME": "LNAME",
    "EMAIL_ADDRESS": "EMAIL",
    "YEAR": "CURRENT_YEAR",
    "VIEW_IN_BROWSER": "ARCHIVE",
}
_FILTERS = ("HTML:", "LOWER:", "TITLE:", "UPPER:", "URL:", "DATE:")
_BLOCKS = ("IF:", "IFNOT:", "ELSEIF:", "ELSE:", "END:IF", "INTERESTED:", "END:INTERESTED", "GROUP:")


def unsupported(tag: str, at: Place) -> TemplateError | None:
    """The error for a tag that only Mailchimp can fill, or that nobody can; None for a mere name."""
    name = tag.partition("|")[0]
    if "|" in tag:
        hint = f"write *|IF:{name}|**|{name}|**|ELSE:|*...*|END:IF|*"
        return TemplateError(f"the tag {tag!r:.60} has two parts", hint=hint, at=at)
    if name in _MISTAKES:
        return TemplateError(f"there is no tag {name!r}", hint=f"write *|{_MISTAKES[name]}|*", at=at)
    for beginning, hint in _FOREIGN.items():
        if name.startswith(beginning) and (":" in name or not name[len(beginning) :].strip("0123456789")):
            return TemplateError(f"only Mailchimp can fill {name!r:.60}", hint=hint, at=at)
    if name.replace("_", "").isalnum() and name.isascii():
        return None
    known = [*PATHS, *DATES, *_FILTERS, *_BLOCKS]
    hint = did_you_mean(name, known) or "a tag is a name of letters, digits and _, without blanks"
    return TemplateError(f"there is no tag {name!r:.60}", hint=hint, at=at)
