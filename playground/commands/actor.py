"""Who acts when a command runs: the person named, else the first owner."""

from playground.commands.startup import prepare_library
from playground.people.models import Person, Role

# Before anybody signed in, for installations that are filled from a repository.
STAND_IN = "command-line"


def find_actor(name: str) -> Person | None:
    """The person of this name; without one the first owner, else who stands in for them.
    Before anything was started, the database is made first."""
    prepare_library()
    active = Person.objects.filter(is_active=True)
    if name:
        return active.filter(username__iexact=name).first()
    owner = active.filter(role=Role.OWNER).order_by("pk").first()
    return owner or active.filter(username=STAND_IN).first()


def find_keeper(name: str) -> Person | None:
    """Whose templates become that a command takes in: as `find_actor`, but in a playground
    without anybody an editor is made who stands in, and cannot sign in."""
    prepare_library()
    if not name and not Person.objects.exists():
        return Person.objects.create_user(STAND_IN, role=Role.EDITOR)
    return find_actor(name)


def explain_nobody(name: str) -> str:
    if name:
        return f"There is nobody named {name}."
    return "There is no owner yet: start the playground, open the link it prints, or say --user."
