"""Sending: plan, check, assemble, record, send, judge; and the application's own calls."""
