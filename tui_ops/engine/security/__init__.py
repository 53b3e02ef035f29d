"""What the engine does about security: feeds, what they say of hosts, findings."""
