"""Decisions: what each person gets from a campaign, chosen with reasons and recorded before anything is sent."""
