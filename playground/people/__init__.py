"""Who works here: roles, one-time links, tokens, the audit list."""
