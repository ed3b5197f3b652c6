"""The walk of a send: find, check, assemble, record, send, judge, complete."""
