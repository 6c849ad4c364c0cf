"""Imports from the first look at a file to taking it back: drafts, trials, runs, and a record of each."""
