"""Rules between fields that JSON Schema cannot say, one module each."""
