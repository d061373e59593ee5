"""Entry point of the evaluation service."""
