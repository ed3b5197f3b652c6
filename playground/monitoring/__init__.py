"""What an installation tells about itself: metrics, readiness, figures of the last day."""
