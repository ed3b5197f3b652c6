"""The vault: encryption at rest, secrets, encrypted files, key rotation."""
