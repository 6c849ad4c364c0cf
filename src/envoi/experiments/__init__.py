"""Experiments: who gets what by chance, so that what it caused can be measured."""
