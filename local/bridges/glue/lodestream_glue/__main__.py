"""Answers Glue's API at 127.0.0.1:$PORT until it is told to end."""

import os

from lodestream_glue import catalogue
from lodestream_glue.server import Server


def main() -> None:
    Server(int(os.environ["PORT"]), catalogue.OPERATIONS).serve_forever()


if __name__ == "__main__":
    main()
