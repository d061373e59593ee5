"""Documents of a person, through the registries' API."""

from collections.abc import Mapping

from trama_simulation.acts import AskDocument, DocumentAct, FileDocument, NumberDocument
from trama_simulation.desks import Desk, Json
from trama_simulation.living.lived import Lived
from trama_simulation.living.registry import own


async def do(act: DocumentAct, lived: Lived, desks: Mapping[str, Desk]) -> None:
    """Do it as the operator there would."""
    documents = f"{own(act.at, lived)}/documents"
    match act:
        case FileDocument():
            content = act.content(lived.story.person.name)
            said = {"kind": act.kind, "circle": act.circle, "protocol": act.protocol}
            filed = await desks[act.at].file(documents, act.name, content, said)
            lived.documents[(act.at, act.name)] = filed["document"]
        case NumberDocument():
            document = lived.documents[(act.at, act.name)]
            await desks[act.at].post(
                f"{documents}/{act.at}/{document}/protocol",
                {"protocol": act.protocol},
                not_yet=lived.not_yet("document-not-here"),
                what=f"«{act.name}» di {lived.story.person.name}",
            )
        case AskDocument():
            await _ask(act, lived, desks[act.at], documents)


async def _ask(act: AskDocument, lived: Lived, desk: Desk, documents: str) -> None:
    document = lived.documents[(act.filed_by, act.name)]
    path = f"{documents}/{act.filed_by}/{document}"
    what = f"«{act.name}» di {lived.story.person.name}"
    await desk.post(f"{path}/ask", {}, not_yet=lived.not_yet("document-not-here"), what=what)

    def enough(shown: Json) -> bool:
        return any((one["document"], one["state"]) == (document, "here") for one in shown["documents"])

    await desk.arrived(what, documents, enough)
    if await desk.opened(f"{path}/content") != _filed(act, lived).content(lived.story.person.name):
        lived.surprises.append(f"{act.at}: {what} è arrivato diverso da come era")


def _filed(act: AskDocument, lived: Lived) -> FileDocument:
    filed = (one for one in lived.story.deeds() if isinstance(one, FileDocument))
    return next(one for one in filed if (one.at, one.name) == (act.filed_by, act.name))
