"""What the team shares: connections, synced workflows and accounts, files."""
