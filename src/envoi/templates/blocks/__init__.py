"""Mails made of blocks: typed records that marketers fill in, kept in a file, which become MJML like any other mail."""
