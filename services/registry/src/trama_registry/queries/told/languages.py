"""The languages in which a person may best be spoken to."""

from trama_chassis.language import language_name

LANGUAGES = (
    *("ak", "am", "ar", "bg", "bm", "bn", "bs", "cs", "de", "en", "es", "fa", "ff", "fr", "fur", "ha", "hi"),
    *("hr", "hu", "it", "mk", "pa", "pl", "ps", "pt", "ro", "rom", "ru", "sk", "sl", "so", "sq", "sr", "sw"),
    *("ti", "tr", "uk", "ur", "vi", "wo", "zh"),
)
"""Languages that a form offers, by code of ISO 639; the API takes any."""


def languages(known: str | None = None) -> list[tuple[str, str]]:
    """The languages to choose from, in the order of their names, with the one that is known already."""
    codes = {*LANGUAGES, *([known] if known else [])}
    return sorted(((code, language_name(code)) for code in codes), key=lambda one: one[1].casefold())
