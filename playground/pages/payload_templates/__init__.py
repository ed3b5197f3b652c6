"""Pages of templates: the list, one template, its versions, share links and files."""
