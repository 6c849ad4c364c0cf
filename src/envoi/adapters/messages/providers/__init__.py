"""Mail providers: for each, how mail is handed over to it, and how what it tells back is verified and understood."""
