"""What is sent and what comes back, as frozen values."""
