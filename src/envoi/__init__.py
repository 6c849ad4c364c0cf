"""Envoi writes to each customer what that customer should read, when they should read it, and can show why.

`envoi.condition(text)` is a condition as a tree (`envoi.conditions.written` prints it back), `envoi.template(source)` a
compiled template whose `render(data)` gives the text, and `envoi.open(folder)` a project with the commands as verbs.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from envoi.conditions.parse import parse as condition
    from envoi.errors import EnvoiError
    from envoi.hosts.local import open_project as open
    from envoi.templates.dialects import parse as template

__all__ = ["EnvoiError", "condition", "open", "template"]
__version__ = "0.1.0"

#: Where each public name lives; looked up at first use, so that `envoi --help` need not load a database.
_HOMES = {
    "EnvoiError": ("envoi.errors", "EnvoiError"),
    "condition": ("envoi.conditions.parse", "parse"),
    "open": ("envoi.hosts.local", "open_project"),
    "template": ("envoi.templates.dialects", "parse"),
}


def __getattr__(name: str) -> object:
    """The public name, loaded now.

    Raises:
        AttributeError: there is no such public name.
    """
    if name not in _HOMES:
        raise AttributeError(f"module 'envoi' has no attribute {name!r}")
    module, attribute = _HOMES[name]
    return getattr(import_module(module), attribute)
