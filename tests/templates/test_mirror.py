from __future__ import annotations

import pytest

from envoi.templates.mirror import mirrored


@pytest.mark.parametrize(
    ("tag", "attributes"),
    [
        ('<td style="text-align: center; vertical-align: top">', ' align="center" valign="top"'),
        ("<table style='background-color:#fff !important'>", ' bgcolor="#fff"'),
        ('<table style="-premailer-width: 570px; -premailer-cellpadding: 0">', ' width="570" cellpadding="0"'),
        ('<td width="1" style="-premailer-width: 2">', ""),
        ('<td align="left" style="text-align:right">', ""),
        ('<td style="background-color:liq0x">', ""),
        ('<td style="background-color:rgb(1,2,3)">', ""),
        ('<span style="text-align:center">', ""),
        ("<td>", ""),
    ],
)
def test_styles_are_said_again_as_attributes(tag: str, attributes: str) -> None:
    assert mirrored(tag, "liq") == f"{tag[:-1]}{attributes}>"
