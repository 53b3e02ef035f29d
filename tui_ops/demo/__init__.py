"""A simulated fleet that needs no servers and speaks real SSH: the story, its hosts, their server."""
