"""The demo: real purchases, invented names, a local mail server."""
