"""Features: what can be worked out about a person from what happened, the same at any moment."""
