"""CloudFormation resources that LocalStack lacks."""
