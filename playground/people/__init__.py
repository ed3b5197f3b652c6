"""People: accounts, roles, one-time links, personal tokens and the audit log."""
