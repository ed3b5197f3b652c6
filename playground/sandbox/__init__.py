"""The practice server: both APIs over real HTTP, with failures on demand."""
