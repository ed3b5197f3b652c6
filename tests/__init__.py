"""Tests, one folder per room; a name reads as a sentence."""
