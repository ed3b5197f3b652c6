"""The HTTP API for scripts and pipelines."""
