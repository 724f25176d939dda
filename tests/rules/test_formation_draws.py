"""Draws that follow from a seed: the same numbers on every machine, evenly spread."""

import numpy as np

from lernet_xblock.rules.formation_draws import Draws


def test_the_first_draws_of_a_seed_are_what_they_always_were():
    assert Draws(1).words(3).tolist() == [9441442522235856127, 17532960557476522086, 2659275481604167885]


def test_an_order_holds_every_number_once():
    assert sorted(Draws(2).order(50).tolist()) == list(range(50))


def test_noise_is_of_the_gumbel_distribution():
    noise = Draws(3).noise(200_000).astype(float)

    # Its mean is Euler's constant, its variance pi squared over 6.
    assert abs(noise.mean() - 0.5772) < 0.02
    assert abs(noise.var() - np.pi**2 / 6) < 0.05
