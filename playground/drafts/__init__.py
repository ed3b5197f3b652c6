"""Drafts: edits, undo, conflicts."""
