# SPDX-License-Identifier: Apache-2.0
"""What the pages of all benchmarks share: medians of runs, and the table of the design's marks with what was found."""
import statistics

BUSY = 1.5  # load from which processor time is what counts


def median_of(rows, key):
    return statistics.median(row[key] for row in rows)


def spread(values, digits=1):
    """Median (least to most)."""
    return f"{statistics.median(values):,.{digits}f} ({min(values):,.{digits}f} to {max(values):,.{digits}f})"


class Marks:
    """The marks that were measured, judged by wall time, or by processor time where the machine had other work to do."""

    def __init__(self, results):
        self.results = results
        self.busy = max(results["load"]) > BUSY
        self.key = "cpu_s" if self.busy else "wall_s"
        self.rows = []

    def add(self, text, found, holds):
        """`found` is what stands in the columns behind the mark's text: one, or several."""
        columns = [found] if isinstance(found, str) else found
        self.rows.append("| " + " | ".join([text, *columns, "holds" if holds else "**missed**"]) + " |")

    def judged(self, wall="wall time", cpu="CPU time"):
        return f"{cpu}, because the machine was busy with other work" if self.busy else wall
