"""The builder: one draft as a form, a preview and a reply."""
