"""API Playground: build the JSON that launches a workflow, send it, keep it, share it."""
