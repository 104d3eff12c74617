"""Objects from S3, for jobs."""

import os
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path


def fetch(address: str, folder: Path) -> Path:
    """Copies the object at `s3://bucket/key` into the folder, under its own name. Throws FileNotFoundError."""
    bucket, _, key = address.removeprefix("s3://").partition("/")
    target = folder / key.rpartition("/")[2]
    url = f"{os.environ['AWS_ENDPOINT_URL']}/{bucket}/{urllib.parse.quote(key)}"
    try:
        with urllib.request.urlopen(url, timeout=60) as response:
            target.write_bytes(response.read())
    except urllib.error.HTTPError as error:
        if error.code == 404:
            raise FileNotFoundError(f"{address} is not in S3.") from None
        raise
    return target
