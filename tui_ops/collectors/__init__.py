"""What to ask a host, and the pure parsers from what it answers to readings."""
