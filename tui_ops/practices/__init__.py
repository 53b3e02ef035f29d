"""What operators do, one package a practice.

``rules`` are pure, import only the words and are shared by the desk and the engine. ``acts`` write, in one
transaction with the audit entry, and only the engine runs them.
"""
