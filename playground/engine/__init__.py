"""Background work: tasks, the threads that run them, processes and their heartbeat."""
