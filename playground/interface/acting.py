"""Who acts when a command runs: the person named, else the first owner."""

from playground.interface.starting import migrate
from playground.people.models import Person, Role


def find_actor(name: str) -> Person | None:
    migrate()
    active = Person.objects.filter(is_active=True)
    if name:
        return active.filter(username__iexact=name).first()
    return active.filter(role=Role.OWNER).order_by("pk").first()
