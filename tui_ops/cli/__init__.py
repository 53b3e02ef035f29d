"""The command line: the desk, the engine, and what scripts ask. One module a verb, imported when it is called."""
