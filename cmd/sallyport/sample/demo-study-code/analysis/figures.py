import pandas as pd
import matplotlib.pyplot as plt
from pathlib import Path

out = Path("output/figures")
out.mkdir(parents=True, exist_ok=True)

rates = pd.read_csv("output/describe/rates_by_age.csv")
ax = rates.plot.bar(x="age_group", y=["declined", "accepted"])
ax.set_ylabel("People, rounded to the nearest 5")
plt.tight_layout()
plt.savefig(out / "declined_then_accepted.png", dpi=150)
rates.to_csv(out / "declined_then_accepted_counts.csv", index=False)
