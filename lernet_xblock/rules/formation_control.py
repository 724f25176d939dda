"""The caller's hand on a search: it hears how far things are and may end them."""

from lernet_xblock.rules.formation_problem import Cancel, Progress


class Control:
    """Asks whether to stop, and tells the share that is done, which never falls."""

    def __init__(self, cancel: Cancel | None, progress: Progress | None) -> None:
        self._cancel, self._progress = cancel, progress
        self._told, self._span = 0.0, (0.0, 1.0)
        self.stopped = False

    def span(self, start: float, end: float) -> None:
        """Let the shares told from now on be those of a part of the work."""
        self._span = start, end

    def goes_on(self, share: float) -> bool:
        """Tell the share of this part that is done, 0 … 1; return whether to go on."""
        start, end = self._span
        self._told = max(self._told, start + (end - start) * share)
        if self._progress is not None:
            self._progress(min(self._told, 1.0))
        if not self.stopped and self._cancel is not None:
            self.stopped = self._cancel()
        return not self.stopped

    def finish(self) -> None:
        """Tell that all is done."""
        self._told = 1.0
        if self._progress is not None:
            self._progress(1.0)
