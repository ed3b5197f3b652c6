"""What people keep: connections, secrets, workflows, accounts, drafts, templates."""
