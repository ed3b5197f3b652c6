"""Management commands and what happens at start-up."""
