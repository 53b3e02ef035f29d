"""A value that is not right, before anybody knows its place."""


class Wrong(ValueError):
    """A value that can't be used. It never leaves this package: it becomes a mistake with a place.

    Args:
        message: what is wrong, one sentence without a full stop.
        hint: what would be right.
        shows_line: False where the line of the file must not be shown again, since it holds a secret.
    """

    def __init__(self, message: str, hint: str = "", shows_line: bool = True) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.shows_line = shows_line
