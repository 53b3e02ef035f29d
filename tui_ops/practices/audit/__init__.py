"""The audit: who did what, when, from where, and whether the record of it is whole."""
