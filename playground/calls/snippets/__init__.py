"""A call as code, one module per language."""
