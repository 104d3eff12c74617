"""What LocalStack needs to stand for AWS on this machine. `python -m lodestream_localstack` starts it so equipped."""
