"""The next step of somebody whose group works on a case, or who is to choose one."""

from lernet_xblock.i18n import gettext as _
from lernet_xblock.panels.home_steps import Step
from lernet_xblock.queries.home_turn import TurnNews


def own_step(news: TurnNews) -> Step | None:
    """Return what a case giver is asked: their choice, else what became of their first step."""
    if news.to_choose:
        text = _("Your group has worked on your case. Now you choose what you take home.")
        return Step("turn_choice", _("What is your first step?"), text, _("Choose now"), f"cases?case={news.to_choose}")
    if news.to_say:
        text = _("A few words are enough. What went wrong helps the others as much as what went well.")
        title = _("What became of your first step?")
        return Step("turn_outcome", title, text, _("Tell the others"), f"cases?case={news.to_say}")
    return None


def working_step(news: TurnNews) -> Step | None:
    """Return the way to the case that the group works on now."""
    if not news.working:
        return None
    text = _("See what is open now, and think along.")
    return Step("turn", _("Your group is working on a case."), text, _("Go to the case"), f"cases?case={news.working}")
