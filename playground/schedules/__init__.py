"""Schedules: a template's payload sent again and again, and a slot for each time it was due."""
