"""The words of the field as enums and small frozen dataclasses.

Everything else may import this package; it imports nothing of ours and nothing heavy.
"""
