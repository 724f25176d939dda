"""What every act of the demo needs: who is who, and when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from lernet_xblock.workbench.content import DemoNetwork
from lernet_xblock.workbench.overview import ZONE

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Stage:
    """What every act needs: the network as written, people's numbers by username, and the present moment."""

    script: DemoNetwork
    user_ids: Mapping[str, int]
    now: datetime

    def at(self, day: str, hour: int = 9) -> datetime:
        """Return the hour of a day that the settings name, in the network's zone, but never the future."""
        moment = datetime.combine(self.script.day(day), time(hour), tzinfo=ZONE)
        return min(moment, self.now - HOUR)

    def ago(self, days: float) -> datetime:
        """Return the moment so many days back; ahead for a negative number."""
        return self.now - timedelta(days=days)
