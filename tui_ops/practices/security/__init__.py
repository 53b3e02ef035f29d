"""Security: whom the engine believes to be which host."""
