"""Templates: text with holes, compiled once and rendered for each person, safe against what fills the holes."""

from envoi.templates.check import Problem, check, variables
from envoi.templates.dialects import parse
from envoi.templates.mail import MailTemplate, parse_mail
from envoi.templates.template import Rendered, Template, Variable

__all__ = [
    "MailTemplate",
    "Problem",
    "Rendered",
    "Template",
    "Variable",
    "check",
    "parse",
    "parse_mail",
    "variables",
]
