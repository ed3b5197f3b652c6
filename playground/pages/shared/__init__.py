"""What people with a share link see without signing in."""
