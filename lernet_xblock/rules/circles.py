"""Circles: the small groups of a session, and the even split behind them."""

PREFERRED_CIRCLE = 6


def even_sizes(people: int, groups: int) -> tuple[int, ...]:
    """Split people evenly over groups (at least 1): larger first, at most 1 apart."""
    size, larger = divmod(people, groups)
    return (size + 1,) * larger + (size,) * (groups - larger)


def circle_sizes(people: int) -> tuple[int, ...]:
    """Return the sizes of the circles for the people present, larger first; () for nobody.

    people / 6 circles, rounded half up and at least one: 8 stay together, 9 make 5 + 4, 15 make
    5 + 5 + 5, 16 make 6 + 5 + 5. From 4 people on every circle has 4 to 8.
    """
    if people <= 0:
        return ()
    groups = (people + PREFERRED_CIRCLE // 2) // PREFERRED_CIRCLE
    return even_sizes(people, max(1, groups))
