"""Where messages are booked and handed in: ledgers and mailers."""
