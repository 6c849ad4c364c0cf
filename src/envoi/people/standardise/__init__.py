"""One spelling for what sources spell in many ways: pure functions, each a rule that a project can name."""
