"""People: what is known of each, folded from the log, and what each has agreed to."""
