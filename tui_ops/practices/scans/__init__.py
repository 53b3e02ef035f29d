"""Readers of other scanners' reports, and how what they say becomes findings: tolerant, bounded, opening nothing.

Paths and addresses within a report are text and nothing else. What can't be read as a whole is refused as a whole; an
entry that makes no sense is left out, counted and told.
"""
