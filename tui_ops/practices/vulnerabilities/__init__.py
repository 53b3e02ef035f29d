"""Vulnerabilities: feeds that were carried in, and which of what they name is on a host."""
