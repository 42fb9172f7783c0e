"""The one exception that bad input raises; its text is fit to be shown to a user as it stands."""


class InputError(ValueError):
    """Bad input: one line that names the thing, what is wrong with it and the remedy."""

    def __init__(self, thing: str, problem: str, remedy: str) -> None:
        """Compose the line from the thing's name, the problem and the remedy."""
        super().__init__(f"{thing}: {problem}; {remedy}")
        self.thing, self.problem, self.remedy = thing, problem, remedy
