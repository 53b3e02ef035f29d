"""The registry of acts, and the client that sends one to the engine.

Every act is declared once, in ``declared``. Keys, footer, help, palette, ``tui-ops do``, the engine's
socket and the docs are made from that declaration.
"""
