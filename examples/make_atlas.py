# SPDX-License-Identifier: Apache-2.0
"""Makes the files under examples/atlas/data anew. They are committed: nobody needs to run this.

    python3 -m venv v && v/bin/pip install palmerpenguins==0.1.6 matplotlib lightgbm pandas nbformat nbclient ipykernel
    v/bin/python examples/make_atlas.py examples/atlas/data

The measurements are the Palmer penguins (Gorman, Williams, Fraser 2014; CC0 1.0), as the package palmerpenguins carries them.
"""
import json
import pathlib
import sys

import lightgbm
import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt
import nbformat
from nbclient import NotebookClient
from palmerpenguins import load_penguins, load_penguins_raw

SPECIES = ["Adelie", "Chinstrap", "Gentoo"]
MEASURES = ["bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g"]


def tables(folder, penguins):
    (folder / "tables").mkdir(parents=True)
    penguins.to_csv(folder / "tables/penguins.csv", index=False)
    load_penguins_raw().to_csv(folder / "tables/penguins_raw.csv", index=False)
    means = penguins.groupby(["species", "sex"])[MEASURES].mean().round(3).reset_index()
    means.to_csv(folder / "tables/means_by_species_and_sex.csv", index=False)
    penguins.groupby(["island", "species"]).size().rename("row_count").reset_index().to_csv(
        folder / "tables/counts_by_island.csv", index=False)
    for year, rows in penguins.groupby("year"):
        rows.to_json(folder / f"tables/penguins_{year}.jsonl", orient="records", lines=True)


def figures(folder, penguins):
    (folder / "figures").mkdir()
    matplotlib.rcParams["svg.hashsalt"] = "atlas"
    pairs = [("flipper_length_mm", "body_mass_g"), ("bill_length_mm", "bill_depth_mm"), ("bill_length_mm", "flipper_length_mm")]
    for x, y in pairs:
        figure, axes = plt.subplots(figsize=(5, 4))
        for species in SPECIES:
            rows = penguins[penguins.species == species]
            axes.scatter(rows[x], rows[y], s=12, label=species)
        axes.set(xlabel=x, ylabel=y)
        axes.legend()
        figure.savefig(folder / f"figures/{x}_{y}.svg", metadata={"Date": None})
        figure.savefig(folder / f"figures/{x}_{y}.png", dpi=80, metadata={"Software": None})
        plt.close(figure)


def models(folder, penguins):
    (folder / "models").mkdir()
    rows = penguins.dropna(subset=MEASURES)
    label = rows.species.map(SPECIES.index)
    options = {"objective": "multiclass", "num_class": 3, "num_leaves": 7, "seed": 7, "deterministic": True, "verbose": -1, "num_threads": 1}
    booster = lightgbm.train(options, lightgbm.Dataset(rows[MEASURES], label), 20)
    booster.save_model(folder / "models/species_lightgbm.txt")
    right = float((booster.predict(rows[MEASURES]).argmax(axis=1) == label).mean())
    card = {"name": "species", "features": MEASURES, "classes": SPECIES, "trained_on": "tables/penguins.csv", "row_count": len(rows),
            "accuracy_on_training_rows": round(right, 4)}
    (folder / "models/species_card.json").write_text(json.dumps(card, indent=2) + "\n")


def notebooks(folder):
    (folder / "notebooks").mkdir()
    cells = {
        "01_look_at_penguins": ["import pandas\npenguins = pandas.read_csv('../tables/penguins.csv')\npenguins.describe().round(2)",
                                "penguins.groupby(['species', 'island']).size()"],
        "02_mass_by_sex": [
            "import pandas\npenguins = pandas.read_csv('../tables/penguins.csv')\n"
            "penguins.groupby(['species', 'sex']).body_mass_g.agg(['mean', 'std', 'count']).round(1)"],
        "03_missing_values": ["import pandas\npenguins = pandas.read_csv('../tables/penguins.csv')\npenguins.isna().sum()"],
    }
    for name, sources in cells.items():
        book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(s, id=f"{name[:2]}-{i}") for i, s in enumerate(sources)])
        NotebookClient(book, resources={"metadata": {"path": str(folder / "notebooks")}}).execute()
        for cell in book.cells:
            cell.metadata.pop("execution", None)
        nbformat.write(book, folder / f"notebooks/{name}.ipynb")


def main():
    folder = pathlib.Path(sys.argv[1])
    penguins = load_penguins()
    tables(folder, penguins)
    figures(folder, penguins)
    models(folder, penguins)
    notebooks(folder)


if __name__ == "__main__":
    main()
