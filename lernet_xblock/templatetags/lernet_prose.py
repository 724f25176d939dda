"""What people wrote, shown as safe Markdown."""

from django import template
from django.utils.safestring import SafeString, mark_safe

from lernet_xblock.rules.prose import to_html

register = template.Library()


@register.filter
def prose(text: str) -> SafeString:
    """Return the text as HTML of a few tags, links without referrer."""
    return mark_safe(to_html(text))  # noqa: S308 - rules.prose lets nothing through but its own tags
