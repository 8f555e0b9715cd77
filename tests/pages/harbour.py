"""A portfolio on the tiny standard, small enough to be added up on paper: five clusters count, four are left out.

Levels on A.1 (weight 1, benchmark 2), A.2 (weight 2, benchmark 1, minimum 1) and B.1 (weight 3, benchmark 2, needed for
any label 1), Gold at 8 of 12 points:

    anker   2 2 2   2 + 4 + 6 = 12   Gold
    baug    1 1 2   1 + 2 + 6 =  9   Gold
    dokk    0 0 2   0 + 0 + 6 =  6   below the minimum on A.2
    ekko    2 1 0   2 + 2 + 0 =  4   not eligible on B.1
    fjord   1 2 1   1 + 4 + 3 =  8   Gold, on the line

    A.1  0 1 1 2 2   mean 1.2, quartiles 1 1 2, below benchmark 3 of 5
    A.2  0 1 1 2 2   mean 1.2, quartiles 1 1 2, below benchmark 1 of 5, below minimum 1 of 5
    B.1  0 1 2 2 2   mean 1.4, quartiles 1 2 2, below benchmark 2 of 5

    A    mean points 1 x 1.2 + 2 x 1.2 = 3.6 of 6: 60 %, benchmark 1 x 2 + 2 x 1 = 4: 66.7 %
    B    mean points 3 x 1.4 = 4.2 of 6: 70 %, benchmark 3 x 2 = 6: 100 %
"""

import datetime as dt

from tests.pages.world import DAY, World

LEVELS = {
    "anker": (2, 2, 2),
    "baug": (1, 1, 2),
    "dokk": (0, 0, 2),
    "ekko": (2, 1, 0),
    "fjord": (1, 2, 1),
}
TINY = "framework=tiny%2F1.0"
LAST_YEAR = dt.date(2025, 9, 30)


def levels(a1: int, a2: int, b1: int) -> dict[str, int]:
    """Return levels by indicator."""
    return {"A.1": a1, "A.2": a2, "B.1": b1}


def fill(world: World) -> None:
    """Register the clusters of the programme north, with the five that count in the round of autumn."""
    tiny = world.frameworks.of("tiny", "1.0")
    with world.store.writing():  # one commit for all of it
        world.programme()
        world.round("Autumn 2026")
        world.round("Autumn 2025", day=LAST_YEAR)
        for place, (slug, found) in enumerate(LEVELS.items()):
            world.cluster(slug, region="Agder" if place < 2 else "Nordland", level="Arena" if place % 2 else "NCE")
            world.assessment(slug, levels(*found), framework=tiny)


def leave_out(world: World) -> None:
    """Register four more clusters that are not counted: a full draft, nothing, another round, another catalogue."""
    tiny, ecei = world.frameworks.of("tiny", "1.0"), world.frameworks.of("ecei", "2026.1")
    with world.store.writing():
        for slug in ("graad", "hummer", "isbre", "jolle"):
            world.cluster(slug, region="Troms", level="Arena")
        world.assessment("graad", levels(2, 2, 2), framework=tiny, submit=False, day=DAY)
        world.assessment("isbre", levels(2, 2, 2), framework=tiny, day=LAST_YEAR)
        world.assessment("jolle", {indicator.number: 4 for indicator in ecei.indicators}, framework=ecei)
