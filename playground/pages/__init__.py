"""Thin views: read, call the rooms in order, render."""
