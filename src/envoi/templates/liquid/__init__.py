"""Liquid, the language of Shopify, Braze and Customer.io: read by python-liquid's parser, compiled by us."""

from envoi.templates.liquid.parse import dialect, parse, parse_plain

__all__ = ["dialect", "parse", "parse_plain"]
