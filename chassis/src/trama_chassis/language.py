"""The language of what a person reads: Italian as it is written, English where a translation is known."""


def gettext(message: str) -> str:
    """An interface text in the language of the page."""
    return message


def ngettext(one: str, many: str, count: int) -> str:
    """An interface text that counts, in the language of the page."""
    return one if count == 1 else many
