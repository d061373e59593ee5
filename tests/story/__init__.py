"""One person followed through all members, for `docs/one-person.md`."""
