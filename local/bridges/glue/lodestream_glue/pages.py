"""Lists in pages, as Glue gives them."""

import base64
import binascii

from lodestream_glue.refusals import GlueError, invalid


def page(request: dict, items: list, field: str, most: int) -> dict:
    """The page of `items` that MaxResults and NextToken ask for, under `field`; `most` fit one page."""
    size = request.get("MaxResults", most)
    if not 1 <= size <= most:
        raise GlueError(
            "ValidationException",
            f"1 validation error detected: Value '{size}' at 'maxResults' failed to satisfy constraint: "
            f"Member must be between 1 and {most}",
        )
    begin = _begin(request.get("NextToken"))
    answer = {field: items[begin : begin + size]}
    if begin + size < len(items):
        answer["NextToken"] = base64.b64encode(str(begin + size).encode()).decode()
    return answer


def _begin(token: str | None) -> int:
    if not token:
        return 0
    try:
        return int(base64.b64decode(token, validate=True))
    except (binascii.Error, ValueError):
        raise invalid("NextToken is not one that was given.") from None
