"""Why the registry refuses: documents."""

from trama_chassis.errors import NotFound, Refused


class DocumentNotHere(NotFound):
    """No document of that id is told on this person, to us."""

    code = "document-not-here"
    detail = "Su questa persona non risulta questo documento."


class DocumentNotArrived(Refused):
    """The file is with who filed it."""

    code = "document-not-arrived"
    detail = (
        "Il documento è presso il servizio che lo ha depositato e non è ancora arrivato: prima va chiesto."
    )


class DocumentEmpty(Refused):
    """A form was sent without a file, or with one that holds nothing."""

    code = "document-empty"
    detail = "Scegliete il file da depositare: non ne è arrivato nessuno, o è vuoto."
    field = "file"


class DocumentTooLarge(Refused):
    """More than may be sent through a mailbox in reasonable time."""

    code = "document-too-large"
    detail = "Il file è troppo grande: al massimo 10 MB. Riducete le immagini o dividetelo in più documenti."
    field = "file"


class DocumentNotReadable(Refused):
    """A content of none of the kinds that may be filed; a name proves nothing."""

    code = "document-not-readable"
    detail = (
        "Il contenuto non è quello di un documento che si può depositare: PDF, JPEG, PNG, ODT o DOCX senza "
        "macro, testo semplice (UTF-8)."
    )
    field = "file"


class DocumentMisnamed(Refused):
    """The name says one kind, the content is another."""

    code = "document-misnamed"
    field = "file"


class DocumentNotShared(Refused):
    """Whoever accepts could not ask for it: the authorisation opens other circles."""

    code = "document-not-shared"
    field = "documents"


class DocumentFiledAlready(Refused):
    """The same file is on this person already."""

    code = "document-filed-already"
    field = "file"


class DocumentOfOthers(Refused):
    """Only who filed a document gives it a number."""

    code = "document-of-others"


class DocumentNumberedAlready(Refused):
    """It has this number."""

    code = "document-numbered-already"
    detail = "Il documento ha già questo numero di protocollo: se è sbagliato, scrivete quello giusto."
    field = "protocol"
