from __future__ import annotations

import pytest

from envoi.templates.mask import mask
from envoi.templates.tags import TAGS


@pytest.mark.parametrize(
    ("dialect", "source", "masked"),
    [
        ("handlebars", "{{a}}{{{b}}}", "<!--liq0x--><!--liq1x-->"),
        ("handlebars", "{{!-- }} --}}x{{!a}}", "<!--liq0x-->x<!--liq1x-->"),
        ("handlebars", "{{link '}}' \"}}\"}}x", "<!--liq0x-->x"),
        ("handlebars", "{{{{raw}}}}{{a}}<td>{{{{/raw}}}}x", "<!--liq0x-->x"),
        ("handlebars", '<a href="{{#if a}}b{{/if}}">', '<a href="liq0xbliq1x">'),
        ("mailchimp", "*|FNAME|* *|IF:A=b|*x*|END:IF|*", "<!--liq0x--> <!--liq1x-->x<!--liq2x-->"),
        ("mailchimp", '<a href="*|ARCHIVE|*">', '<a href="liq0x">'),
        ("ampscript", "%%First Name%%: 5%% %%=v(@a)=%%", "<!--liq0x-->: 5%% <!--liq1x-->"),
        ("ampscript", "%%[ SET @a = ']%%' /* ]%% */ ]%%x", "<!--liq0x-->x"),
        ("ampscript", "<script runat='server' language='ampscript'>SET @a = '<td>'</script>x", "<!--liq0x-->x"),
    ],
)  # fmt: skip
def test_a_tag_with_all_that_belongs_to_it(dialect: str, source: str, masked: str) -> None:
    hidden = mask(source, dialect=TAGS[dialect])
    assert hidden.text == masked
    assert hidden.unmask(hidden.text) == source


@pytest.mark.parametrize(
    ("dialect", "steers", "prints"),
    [
        ("liquid", "{%- if a %}", "{{ a }}"),
        ("handlebars", "{{#if a}}", "{{a}}"),
        ("handlebars", "{{~else}}", "{{elsewhere}}"),
        ("mailchimp", "*|IFNOT:A|*", "*|IFFY|*"),
        ("ampscript", "%%[ SET @a = 1 ]%%", "%%=v(@a)=%%"),
    ],
)
def test_which_tags_steer(dialect: str, steers: str, prints: str) -> None:
    assert TAGS[dialect].steers(steers)
    assert not TAGS[dialect].steers(prints)
