"""A crispy form for any schema, and the few special widgets."""
