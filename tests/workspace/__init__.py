"""Tests of what the team shares."""
