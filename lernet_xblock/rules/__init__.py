"""The rules of learning networks, pure: values in, values or a `Refused` out.

No Django, no XBlock, no clock, no database, no translation. The present moment and the seed of
every draw are arguments, so the same input gives the same output on every machine.
"""
