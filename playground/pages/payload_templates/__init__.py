"""The library of templates: the list, one template, its versions, variants, links and files."""
