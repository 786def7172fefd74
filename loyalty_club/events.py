"""What the outbox is told: kinds of facts, and who waits for them.

Plain classes, so that an addon can name its own without a model; see
``models/event/event.py`` for where both lists are open.
"""

from dataclasses import dataclass

# Facts of one batch, unless a consumer asks for another number.
BATCH = 500


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of facts: the records that are facts of it, and the hook they have.

    :param model: name of the model whose records are such facts. It has the fields
        ``club_id`` and ``company_id``
    :param hook: name of its method, called with all facts of a transaction
    :param member: name of the column that holds the member
    :param lasting: whether such records are never deleted, so that nobody need look
        whether they are still there
    """

    model: str
    hook: str
    member: str = "member_id"
    lasting: bool = False


@dataclass(frozen=True, slots=True)
class Consumer:
    """Who is handed events after the commit.

    :param model: name of the model that has the method
    :param method: name of the method; it gets ``loyalty.club.event`` records, with
        all rights, and writes in the transaction that takes them off the outbox
    :param kinds: names of the kinds that it waits for
    :param cron: the job that hands them over. A consumer that may be slow has its
        own, which calls ``_consume`` with the consumer's name
    :param batch: how many events at most it is handed at once
    """

    model: str
    method: str
    kinds: frozenset
    cron: str = "loyalty_club.cron_events"
    batch: int = BATCH
