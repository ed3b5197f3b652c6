"""Batches: one payload for every row of a file, and a ledger of what became of each row."""
