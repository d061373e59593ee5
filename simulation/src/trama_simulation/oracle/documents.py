"""Documents of a person, and what is told of them. Pure."""

from collections.abc import Iterator

from trama_simulation.acts import AskDocument, DocumentAct, FileDocument, NumberDocument
from trama_simulation.oracle.entries import Told
from trama_simulation.oracle.life import Document, Life

WRITTEN = {"care": "document-filed", "clinical": "health-document-filed", "social": "social-document-filed"}
NUMBERED = {circle: kind.replace("filed", "numbered") for circle, kind in WRITTEN.items()}


def told_by(act: DocumentAct, life: Life) -> Iterator[Told]:
    """What is written about a document; that it was asked for is written nowhere."""
    match act:
        case FileDocument():
            life.documents[(act.at, act.name)] = Document(act, act.protocol)
            yield Told((act.at, WRITTEN[act.circle]), circle=act.circle)
        case NumberDocument():
            document = life.documents[(act.at, act.name)]
            document.protocol, circle = act.protocol, document.filed.circle
            yield Told((act.at, NUMBERED[circle]), circle=circle)
        case AskDocument():
            life.documents[(act.filed_by, act.name)].here.add(act.at)
