"""Pages for APIs: the list, imports and their reports, browsing operations, changes."""
