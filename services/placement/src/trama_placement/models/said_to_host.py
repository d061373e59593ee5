"""What a host must not read: words of health, of social care and of justice, and who else follows the person.

Every path is the same to a host (percorso in azienda): what it reads must not tell why the person is on one.
"""

import re
import unicodedata
from collections.abc import Iterable

from trama_placement.errors import HostWouldKnow

_BEGIN = (
    *("psich", "psicolog", "psicot", "psicos", "terapeut", "terapia", "diagnos", "disab"),
    *("invalid", "handicap", "patolog", "malatt", "schizofren", "depress", "autism", "autistic"),
    *("epiless", "demenz", "riabilit", "tossicodip", "tossicom", "alcolis", "dipendenz", "metadon"),
    *("svantagg", "emarginat", "carcer", "detenut", "giudiziar", "penal", "reato", "rifugiat"),
    "assistenziale",
)
"""How words begin that tell a health condition, a social need, a judicial measure, where somebody comes from.
A choice of this software, to be reviewed by who answers for the data; a word too many costs another word."""
_WHOLE = (
    *("sert", "serd", "dsm", "csm", "uvm", "icf", "uepe", "comidis", "droga", "pena", "68 99", "381 91"),
    *("salute mentale", "igiene mentale", "servizio sociale", "servizi sociali", "assistente sociale"),
    *("assistenza sociale", "borsa lavoro", "borse lavoro", "collocamento mirato", "misura alternativa"),
    *("affidamento in prova", "permesso di soggiorno", "richiedente asilo"),
)
"""And those that tell only as they stand."""
_TELLS = re.compile(rf"\b(?:(?:{'|'.join(_BEGIN)})\w*|(?:{'|'.join(_WHOLE)})\b)")


def plain(text: str) -> str:
    """Letters without marks, lower case, one blank for whatever stands between: how words are compared."""
    letters = unicodedata.normalize("NFKD", text).casefold()
    return " ".join(re.findall(r"[^\W_]+", "".join(one for one in letters if not unicodedata.combining(one))))


def telling_words(text: str, names: Iterable[str] = ()) -> list[str]:
    """The words of a text that a host must not read; `names` are of services that may follow somebody."""
    said = plain(text)
    joined = re.sub(r"\b(\w|ser) (?=\w\b)", r"\1", said)  # D.S.M. and Ser.T. are one word each
    found = {match.group() for match in _TELLS.finditer(f"{said} | {joined}")}
    found |= {name for name in names if plain(name) and re.search(rf"\b{re.escape(plain(name))}\b", said)}
    return sorted(found)


def must_not_tell(task: str, names: Iterable[str] = ()) -> None:
    """Refuse a task that tells the host more than the work. Raises HostWouldKnow."""
    if found := telling_words(task, names):
        raise HostWouldKnow(
            "La mansione la legge chi ospita, che non deve sapere perché la persona fa il percorso né chi la "
            "segue: scrivete solo il lavoro da fare, senza «%(words)s».",
            words="», «".join(found),
        )
