"""Reports: questions to the log, history and the ledger, and the records that answer them."""
