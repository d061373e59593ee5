"""Referrals as they must stand at who sent them and at who received them. Pure."""

from trama_simulation.acts import Accept, Decline, Refer, Story, TakeBack


def referrals_of(story: Story) -> dict[tuple[str, str], str]:
    """By sender and receiver, what became of the last one: sent, accepted, declined or withdrawn."""
    found: dict[tuple[str, str], str] = {}
    for act in story.deeds():
        match act:
            case Refer():
                found[(act.at, act.to)] = "sent"
            case TakeBack():
                found[(act.at, act.to)] = "withdrawn"
            case Accept():
                found[(act.sender, act.at)] = "accepted"
            case Decline():
                found[(act.sender, act.at)] = "declined"
    return found
