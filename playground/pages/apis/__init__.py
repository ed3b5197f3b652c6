"""Pages of APIs: the list, imports and their reports, operations to browse, changes."""
