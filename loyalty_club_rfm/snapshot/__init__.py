"""A run's snapshot: whom it counts, how they score, and what it writes."""

from .rules import Rules
from .snapshot import Snapshot
