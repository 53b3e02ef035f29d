"""Readers of feeds: streaming, within limits, and saying what they did not understand.

A feed that ends too early, or that breaks its own form, is refused as a whole: half a feed would call clean what is
not. An entry that makes no sense is left out, counted and told.
"""
