"""Exchanges: what was sent and what came back, with secrets masked."""
