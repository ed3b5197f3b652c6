"""Templates: versions, variants, share links, export and import."""
