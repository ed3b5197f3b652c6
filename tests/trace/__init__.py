"""Counts the files, functions and SQL statements behind an edit, a Send and a save.

No test: run it with `python -m tests.trace`. Nothing here imports a module of the playground.
"""
