"""A synthetic territory that lives through the public HTTP APIs; it knows no package of the project."""
