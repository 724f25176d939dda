"""The one exception that rules raise: a code with values, never a sentence."""


class Refused(Exception):
    """An input that a rule does not accept.

    code: what is wrong, lower case with underscores; the floor above turns it into a sentence.
    field: the name or dotted path of the input at fault, None when it is no single one.
    values: what the sentence needs, such as the bound that was passed.
    """

    def __init__(self, code: str, field: str | None = None, values: dict[str, object] | None = None) -> None:
        """Keep all three as attributes and as args, so that a refusal survives pickling."""
        super().__init__(code, field, values or {})
        self.code = code
        self.field = field
        self.values: dict[str, object] = values or {}
