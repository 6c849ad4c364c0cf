"""Campaigns, and the project they belong to: files that people write, checked as a whole before anything runs."""
