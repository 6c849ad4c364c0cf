"""Events: what happened, cleaned at the door and kept in one log."""
