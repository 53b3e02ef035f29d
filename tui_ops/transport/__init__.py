"""Reaching hosts: the local machine, and SSH with jump hosts, checked host keys and bounded time."""
