"""Pages about batches: the list, a new one, its set-up, its run and its rows."""
