"""The reading side: typed rows from plain SQL on a read-only connection, ready to be shown.

No read transaction outlives its call, so a suspended reader pins nothing.
"""
