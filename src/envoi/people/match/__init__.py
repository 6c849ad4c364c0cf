"""Which records are of one person: what fields mean, pairs worth comparing, how likely each is, and clusters."""
