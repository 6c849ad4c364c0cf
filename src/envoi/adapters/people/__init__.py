"""Where profiles are kept."""
