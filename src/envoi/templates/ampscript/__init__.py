"""AMPscript, the language of Salesforce's Marketing Cloud: all of it that needs no cloud."""

from envoi.templates.ampscript.parse import parse

__all__ = ["parse"]
