"""What Glue refuses, by the names of its errors."""

ACCOUNT = "000000000000"
"""The one account that there is here, whatever the credentials."""


class GlueError(Exception):
    """A call that Glue answers with an error: its name (`EntityNotFoundException`) and a sentence."""

    def __init__(self, error: str, says: str):
        super().__init__(says)
        self.error = error
        self.says = says


def invalid(says: str) -> GlueError:
    return GlueError("InvalidInputException", says)


def missing(says: str) -> GlueError:
    return GlueError("EntityNotFoundException", says)


def taken(says: str) -> GlueError:
    return GlueError("AlreadyExistsException", says)


def needed(request: dict, field: str):
    """The value of a field that the call cannot do without."""
    value = request.get(field)
    if value is None or value == "":
        at = field[0].lower() + field[1:]
        raise GlueError(
            "ValidationException",
            f"1 validation error detected: Value null at '{at}' failed to satisfy constraint: Member must not be null",
        )
    return value


def at_most(limit: int, items: list, field: str) -> list:
    """The items of a batch, refused where there are more than Glue takes in one call."""
    if len(items) > limit:
        at = field[0].lower() + field[1:]
        raise GlueError(
            "ValidationException",
            f"1 validation error detected: Value at '{at}' failed to satisfy constraint: "
            f"Member must have length less than or equal to {limit}",
        )
    return items
