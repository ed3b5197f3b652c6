"""Encryption at rest: secrets, sealed files, key rotation."""
