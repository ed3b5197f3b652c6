"""The document: JSON text in and out, edits by pointer, problems, references."""
