"""Management commands and the HTTP interface."""
