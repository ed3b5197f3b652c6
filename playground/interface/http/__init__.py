"""The HTTP interface for scripts: what the pages do with templates, by personal token."""
