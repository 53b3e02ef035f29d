"""The checks of a host: one module a family, each check a small declaration with a pure judge."""
