"""Sentences with values in the language of whoever reads them; who asks says which."""

from datetime import date

import pytest
from trama_chassis import language
from trama_chassis.errors import NotFound, changed_by, message_of, refuse_changed
from trama_chassis.language import Named, asked_for, say, speaking

CHANGED = "Nel frattempo %(who)s ha cambiato questi dati: ecco come sono ora."


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("SIL", "Il SIL passa dal SIL al SIL, presso il SIL."),
        (
            "Ambito Urbano",
            "L'Ambito Urbano passa dall'Ambito Urbano all'Ambito Urbano, presso l'Ambito Urbano.",
        ),
        ("Regione Est", "La Regione Est passa dalla Regione Est alla Regione Est, presso la Regione Est."),
        ("Provincia", "La Provincia passa dalla Provincia alla Provincia, presso la Provincia."),
        (
            "Sportello Est",
            "Lo Sportello Est passa dallo Sportello Est allo Sportello Est, presso lo Sportello Est.",
        ),
        ("«Il Filo»", "«Il Filo» passa da «Il Filo» a «Il Filo», presso «Il Filo»."),
        ("", " passa da  a , presso ."),
    ],
)
def test_a_name_takes_its_own_article(name: str, said: str) -> None:
    assert say("Il %(x)s passa dal %(x)s al %(x)s, presso il %(x)s.", x=Named(name)) == said


def test_a_typed_word_takes_no_article_and_is_not_filled_in() -> None:
    assert say("al %(x)s", x="Provincia 100 %(y)s") == "al Provincia 100 %(y)s"
    assert say("100 %") == "100 %"


@pytest.mark.parametrize(
    ("on", "italian", "english"),
    [
        (date(2013, 3, 8), "dall'8 marzo 2013", "from 8 March 2013"),
        (date(2013, 4, 1), "dal 1º aprile 2013", "from 1 April 2013"),
    ],
)
def test_a_day_is_written_as_the_reader_writes_days(on: date, italian: str, english: str) -> None:
    assert say("dal %(day)s", day=on) == italian
    with speaking("en"):
        assert say("from %(day)s", day=on) == english


def test_a_refusal_is_said_in_the_language_of_whoever_asked() -> None:
    assert changed_by("Livia Demo").detail == CHANGED.replace("%(who)s", "Livia Demo")
    with speaking("en"):
        assert NotFound().detail == "Not known to our service."
        assert changed_by("Livia Demo").detail.startswith("Meanwhile Livia Demo has changed")
        with pytest.raises(Exception, match="changed-meanwhile"):
            refuse_changed(1, 2)
        assert message_of({"type": "string_too_short", "ctx": {"min_length": 2}}).startswith("Text too short")
        said = message_of({"type": "literal_error", "ctx": {"expected": "'a', 'b' or 'c'"}})
        assert said == "Value not allowed; allowed: a, b or c"


@pytest.mark.parametrize(
    ("path", "headers", "wanted"),
    [
        ("/persone", {}, "it"),
        ("/persone", {"accept-language": "en"}, "it"),
        ("/persone", {"cookie": "altro=1; lingua=en"}, "en"),
        ("/api/registry/persons", {"cookie": "lingua=en"}, "it"),
        ("/api/registry/persons", {"accept-language": "en-GB"}, "en"),
        ("/api/registry/persons", {"accept-language": "de, en;q=0.5, it;q=0.8"}, "it"),
        ("/api/registry/persons", {"accept-language": "it;q=x, en;q=0.1"}, "en"),
        ("/api/registry/persons", {"accept-language": "*"}, "it"),
    ],
)
def test_pages_speak_as_was_chosen_and_the_api_as_was_asked(
    path: str, headers: dict[str, str], wanted: str
) -> None:
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    assert asked_for({"type": "http", "path": path, "headers": raw}) == wanted


async def test_the_language_of_one_request_is_not_that_of_the_next() -> None:
    spoken = []

    async def answer(scope: object, receive: object, send: object) -> None:
        spoken.append(language.spoken())

    app = language.Speaking(answer)
    for cookie in ("lingua=en", "lingua=xx", ""):
        scope = {"type": "http", "path": "/", "headers": [(b"cookie", cookie.encode())]}
        await app(scope, None, None)  # type: ignore[arg-type]  # nothing is received or sent
    assert spoken == ["en", "it", "it"]
