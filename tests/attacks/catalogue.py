"""The list of attacks: each is a generator that says of each try whether it got in.

@attack("1.1", by="desk", what="edit any message through a member")
def messages(world):
    yield world.one("…") != "…"       # True: the attack succeeded
"""

from dataclasses import dataclass

ATTACKS = []


@dataclass(frozen=True)
class Attack:
    item: str
    by: str
    what: str
    tries: object


@dataclass(frozen=True)
class Result:
    attack: Attack
    tries: int
    successes: int

    def __str__(self):
        attack = self.attack
        return (
            f"{attack.item:5} {attack.by:12} {self.tries:4} tries "
            f"{self.successes:4} successes  {attack.what}"
        )


def attack(item: str, by: str, what: str):
    """Put a generator of tries on the list."""

    def put(tries):
        ATTACKS.append(Attack(item, by, what, tries))
        return tries

    return put


def replay(world, items=()):
    """Try them all, or those of some items. Yields a :class:`Result` for each."""
    for one in sorted(ATTACKS, key=lambda one: [*map(int, one.item.split("."))]):
        if items and one.item not in items:
            continue
        got_in = [bool(success) for success in one.tries(world)]
        yield Result(one, len(got_in), sum(got_in))
