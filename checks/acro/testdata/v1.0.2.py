"""Makes the folders of testdata/v1.0.2 with ACRO 1.0.2, from random numbers."""

import sys

import numpy as np
import pandas as pd
from acro import ACRO, add_constant

rng = np.random.default_rng(1)
n = 900
df = pd.DataFrame(
    {
        "region": rng.choice(["North", "South", "East, far", "West"], n, p=[0.5, 0.3, 0.18, 0.02]),
        "sex": rng.choice(["F", "M"], n),
        "year": rng.choice([2010, 2011, 2012], n),
        "income": rng.lognormal(10, 2, n),
        "kids": rng.integers(1, 4, n),
        "flag": rng.integers(0, 2, n),
    }
)
session = ACRO(mitigation=sys.argv[1])
session.crosstab(df.region, df.sex)
session.crosstab([df.region, df.sex], df.year, margins=sys.argv[1] == "none")
session.crosstab(df.region, [df.year, df.sex])
session.crosstab(df.region, df.sex, values=df.income, aggfunc=["mean", "std"])
if sys.argv[1] != "suppress":
    session.pivot_table(df, index=["region", "sex"], values=["income"], aggfunc=["mean"])
session.ols(df.income, add_constant(df[["kids", "flag"]]))
session.add_comments("output_0", "Please look at this one first")
session.finalise(sys.argv[2], "json")
