"""The only place with SQL: tables and the writing side for the engine, views for what is shown.

``tables`` and ``writer`` load SQLModel and belong to the engine. ``views`` is plain ``sqlite3`` on a
read-only connection and belongs to everyone else; it never loads SQLModel.
"""
