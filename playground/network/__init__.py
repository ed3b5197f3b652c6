"""The only door through which bytes leave."""
