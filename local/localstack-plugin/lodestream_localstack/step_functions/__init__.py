"""What LocalStack's Step Functions lack, or do unlike AWS."""
