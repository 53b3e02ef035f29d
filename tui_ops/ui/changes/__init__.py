"""The screen of changes: what its lines and pages are made of."""
