"""Hosts: choose adapters, read the outside world, decide nothing."""
