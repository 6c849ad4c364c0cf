"""How good the data about people are, and what can be mended from the data themselves."""
