"""Where live segments keep what they know."""
