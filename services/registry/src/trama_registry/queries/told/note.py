"""Notes to the network and interviews, in words."""

from trama_chassis.language import Named, say
from trama_contracts.registry import InterviewRecorded, NoteRead, NoteWritten, SocialInterviewRecorded

from trama_registry.queries.told.telling import Names, tells
from trama_registry.queries.told.words import sentence

KINDS = {
    "desk": "Colloquio al servizio",
    "home": "Colloquio a casa",
    "phone": "Colloquio al telefono",
    "video": "Colloquio in video",
    "outside": "Colloquio altrove",
    "with-others": "Incontro con altri servizi o con la famiglia",
}
"""Where and how an interview was held."""
READERS = {
    "care": "Tutti i servizi che seguono il percorso",
    "social": "Solo i servizi sociali",
    "own": "Solo noi",
}
"""Who reads of an interview."""


@tells(NoteWritten)
def _written(event: NoteWritten, member: str, names: Names) -> str:
    text = sentence(event.text)
    if event.needs_answer:
        return say("Nota alla rete di %(who)s, che chiede una risposta: %(text)s", who=event.who, text=text)
    return say("Nota alla rete di %(who)s: %(text)s", who=event.who, text=text)


@tells(NoteRead)
def _read(event: NoteRead, member: str, names: Names) -> str:
    writer, day = Named(names(event.writer)), event.read_on
    if event.answer is None:
        return say("Nota del %(writer)s letta da %(who)s il %(day)s.", writer=writer, who=event.who, day=day)
    return say(
        "Nota del %(writer)s letta da %(who)s il %(day)s. Risposta: %(answer)s",
        **{"writer": writer, "who": event.who, "day": day, "answer": sentence(event.answer)},
    )


@tells(InterviewRecorded)
def _interview(event: InterviewRecorded, member: str, names: Names) -> str:
    return _held(event)


@tells(SocialInterviewRecorded)
def _social_interview(event: SocialInterviewRecorded, member: str, names: Names) -> str:
    return _held(event)


def _held(event: InterviewRecorded | SocialInterviewRecorded) -> str:
    return say(
        "%(kind)s il %(day)s. Presenti: %(present)s %(summary)s",
        kind=say(KINDS[event.kind]),
        day=event.held_on,
        present=sentence(event.present),
        summary=sentence(event.summary),
    )
