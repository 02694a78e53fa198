"""What makes the models that come with the package and with its distributions of weights."""
