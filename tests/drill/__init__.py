"""Drills: the running product under kills, load, hostile targets and a full disk.

`make drill`, or `python -m tests.drill --only NAME …`, prints figures and what is wrong; the exit
status says whether all held. Unlike tests, drills are about many times and many at once.
"""
