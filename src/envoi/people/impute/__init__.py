"""Estimates for what people did not tell: always beside what they said, under a name of their own, and marked."""
