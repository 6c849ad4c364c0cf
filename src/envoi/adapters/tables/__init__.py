"""Where history is kept and questioned."""
