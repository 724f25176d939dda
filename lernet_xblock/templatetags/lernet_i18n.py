"""`translate` and `blocktranslate` with Django's syntax and our catalogues.

Django's own tags read the platform's catalogue only. The parsing stays Django's, so that its extraction tool
finds every sentence; only the look-up is ours.
"""

from typing import Any

from django import template
from django.template.base import Parser, Token
from django.template.context import Context
from django.templatetags.i18n import (
    BlockTranslateNode,
    TranslateNode,
    do_block_translate,
    do_translate,
)
from django.utils.safestring import mark_safe

from lernet_xblock import i18n

register = template.Library()


class OwnBlockTranslateNode(BlockTranslateNode):
    """A parsed `blocktranslate` whose sentence comes from our catalogue."""

    def render(self, context: Context, nested: bool = False) -> str:  # noqa: ARG002, FBT001, FBT002 - Django's signature
        """Return the sentence with its variables filled in and escaped."""
        values = {name: value.resolve(context) for name, value in self.extra_context.items()}
        with context.push(**values):
            singular, names = self.render_token_list(self.singular)
            found = self._look_up(context, singular, names)
            filled = {name: self._shown(context, name) for name in names}
            result = found % filled
        if self.asvar:
            context[self.asvar] = mark_safe(result)  # noqa: S308 - its values were escaped one by one
            return ""
        return result

    def _look_up(self, context: Context, singular: str, names: list[str]) -> str:
        about = self.message_context.resolve(context) if self.message_context else None
        if self.plural and self.countervar and self.counter:
            number = self.counter.resolve(context)
            context[self.countervar] = number
            plural, plural_names = self.render_token_list(self.plural)
            names.extend(plural_names)
            if about:
                return i18n.npgettext(about, singular, plural, number)
            return i18n.ngettext(singular, plural, number)
        return i18n.pgettext(about, singular) if about else i18n.gettext(singular)

    @staticmethod
    def _shown(context: Context, name: str) -> str:
        value: Any = context.get(name, "")
        return template.base.render_value_in_context(value, context)


@register.tag("blocktranslate")
def block_translate(parser: Parser, token: Token) -> OwnBlockTranslateNode:
    """`{% blocktranslate trimmed with a=b count n=c %}…{% plural %}…{% endblocktranslate %}`."""
    node = do_block_translate(parser, token)
    node.__class__ = OwnBlockTranslateNode
    return node


class OwnTranslateNode(TranslateNode):
    """A parsed `translate` whose sentence comes from our catalogue."""

    def render(self, context: Context) -> str:
        """Return the sentence, escaped, or put it under its name."""
        # Extraction doubles a literal per cent sign, as for every sentence that takes values.
        message = str(self.filter_expression.var.resolve(context)).replace("%", "%%")
        about = self.message_context.resolve(context) if self.message_context else None
        found = (i18n.pgettext(about, message) if about else i18n.gettext(message)).replace("%%", "%")
        if self.asvar:
            context[self.asvar] = found
            return ""
        return template.base.render_value_in_context(found, context)


@register.tag("translate")
def translate(parser: Parser, token: Token) -> OwnTranslateNode:
    """`{% translate "Save" %}`, `{% translate "May" context "month" as may %}`."""
    node = do_translate(parser, token)
    node.__class__ = OwnTranslateNode
    return node
