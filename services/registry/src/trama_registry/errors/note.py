"""Why the registry refuses: notes to the network."""

from trama_chassis.errors import NotFound, Refused


class NobodyToWriteTo(Refused):
    """A note that nobody can read would look as if it had been sent."""

    code = "nobody-to-write-to"
    detail = (
        "Nessun altro servizio che segue la persona può leggere ciò che scriviamo: la nota non arriverebbe "
        "a nessuno. Segnalate prima la persona, o registrate l'autorizzazione a condividere."
    )


class NoteNotHere(NotFound):
    """The story of this person has no such note."""

    code = "note-not-here"
    detail = "Questa nota non risulta tra quelle scritte per questa persona."


class NoteOfOurs(Refused):
    """Who wrote does not tell itself to have read."""

    code = "note-of-ours"
    detail = "Questa nota l'ha scritta il nostro servizio: la leggono gli altri."


class NoteReadAlready(Refused):
    """It was said once; to say it again would tell the writer nothing."""

    code = "note-read-already"
    detail = "Il nostro servizio ha già detto di aver letto questa nota."


class InterviewNotHere(NotFound):
    """No such interview with this person is known here."""

    code = "interview-not-here"
    detail = "Tra i colloqui con questa persona non c'è quello che cercate."
