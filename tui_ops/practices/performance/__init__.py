"""Performance: what a reading means."""
