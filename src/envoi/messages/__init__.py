"""Messages: one mail to one person, sent once, with a ledger that proves it."""
