"""Exchanges: what was sent and what came back, masked."""
