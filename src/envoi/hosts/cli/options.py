"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from envoi.clock import Instant, parse_instant
from envoi.errors import DataError

ProjectDir = Annotated[
    Path | None,
    typer.Option(
        "--project",
        metavar="DIR",
        help="The project's folder; else the nearest one, from here upwards, with an envoi.toml.",
        show_default=False,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Answer with one JSON object on stdout.")]
At = Annotated[
    str,
    typer.Option(
        "--at",
        metavar="TIME",
        help="As it was at this moment: 2017-12-01, or 2017-12-01T09:00:00Z. Else the project's present.",
        show_default=False,
    ),
]
CampaignName = Annotated[
    str, typer.Argument(metavar="CAMPAIGN", help="The name of its file in campaigns/, without .toml.")
]


def moment(at: str) -> Instant | None:
    """What `--at` says; None if it was not given.

    Raises:
        BadParameter: it is no time.
    """
    try:
        return parse_instant(at) if at else None
    except DataError as error:
        raise typer.BadParameter(f"{error.what}; {error.hint}", param_hint="--at") from None
