"""What each recipient will see of what is about to be sent."""

from pydantic import BaseModel


class DraftReaderView(BaseModel):
    """One other service, with what its pages will tell of this; nothing, if it reads nothing of it."""

    member: str
    name: str
    sees: list[str]
    after_accepting: list[str]
    """Of a service that is asked to follow the person: what it will read of ours from its acceptance on."""


class DraftPreviewView(BaseModel):
    """Who will see what, if this is sent as it stands: who follows the person, and who is asked to."""

    record: str
    readers: list[DraftReaderView]
