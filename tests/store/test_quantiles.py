"""Our quartiles are PostgreSQL's own, for random lists on a real server."""

import random
from fractions import Fraction

import sqlalchemy as sa

from app.domain.portfolio import quantile
from app.store.database import Store, make_engine
from tests.make import SECRET, Clock, Ids
from tests.postgres import PostgresDatabases

SHARES = (Fraction(0), Fraction(1, 4), Fraction(1, 2), Fraction(3, 4), Fraction(1), Fraction(1, 3))
PERCENTILES = sa.text(
    "SELECT percentile_cont(CAST(:shares AS float8[])) WITHIN GROUP (ORDER BY level)"
    " FROM unnest(CAST(:levels AS int[])) AS level"
)


def test_a_quantile_is_the_percentile_cont_of_postgresql(postgres: PostgresDatabases) -> None:
    chance = random.Random(2026)
    store = Store(make_engine(postgres.fresh_database()), Clock(), Ids(), SECRET)
    with store.reading() as tx:
        for length in (*range(1, 60), *(chance.randint(60, 1_000) for _ in range(40))):
            levels = [chance.randint(0, 4) for _ in range(length)]
            parameters = {"shares": [float(share) for share in SHARES], "levels": levels}
            theirs = tx.connection.execute(PERCENTILES, parameters).scalar_one()
            ours = [float(quantile(sorted(levels), share)) for share in SHARES]
            # A quarter of a whole number is exact in binary; a third is not.
            assert ours[:-1] == theirs[:-1]
            assert abs(ours[-1] - theirs[-1]) < 1e-9
    store.dispose()
