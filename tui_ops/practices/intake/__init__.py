"""Alerts from elsewhere: what other programs send, as signals; and the jobs that have to report."""
