"""Tests of the form generator."""
