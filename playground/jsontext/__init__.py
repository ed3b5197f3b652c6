"""Lossless JSON: parse, locate, splice, print, diff, merge, JSON Pointer."""
