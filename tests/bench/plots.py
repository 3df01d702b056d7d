# SPDX-License-Identifier: MIT
"""Plots of hcbench's curves by gnuplot, as SVG and PNG."""

import os
import shutil
import subprocess

import tables

# Each way has its colour at every place.
COLOURS = {"pte-single": "#d62728", "pte-array": "#1f77b4",
           "va-single": "#ff7f0e", "va-multi": "#2ca02c",
           "written": "#9467bd", "ring": "#17becf", "single": "#d62728",
           "multicall": "#2ca02c", "stored": "#7f7f7f",
           "gathered": "#111111"}
DASHES = {"sluice": 1, "xen": 2, "native": 3}
TITLES = {
    "map": "mapping a page", "unmap": "unmapping a page, with its flush",
    "protect": "making a page read-only, with its flush",
    "remap": "another page in its place, with its flush",
    "null": "a call that does nothing", "send": "an event to a masked port",
}


def curves(found, op):
    """gnuplot's commands for one operation: (data blocks, plot line)."""
    data, lines = [], []
    for place, title in tables.PLACES.items():
        for s in found.get(place, {}).get("hcbench", {}).get("series", []):
            if s["op"] != op:
                continue
            name = f"$d{len(lines)}"
            points = "\n".join(f"{n} {t / n:.1f}"
                               for n, t in zip(tables.SIZES, s["ticks"]))
            data.append(f"{name} << EOD\n{points}\nEOD")
            lines.append(f'{name} with lines lw 2 dt {DASHES[place]} '
                         f'lc rgb "{COLOURS[s["way"]]}" '
                         f'title "{title}: {s["way"]}"')
    return data, lines


def script(found, op, terminal, path):
    data, lines = curves(found, op)
    return "\n".join(data + [
        f"set terminal {terminal}", f'set output "{path}"',
        f'set title "Cost of {TITLES[op]}" noenhanced',
        'set xlabel "changes made together"' if op in tables.OPERATIONS
        else 'set xlabel "calls made together"',
        'set ylabel "instructions for each"',
        "set logscale x 2", "set logscale y", "set grid",
        "set xrange [1:2048]",
        "set key outside right noenhanced samplen 2",
        "plot " + ", ".join(lines), ""])


def make(found, folder, kinds=("svg", "png")):
    """Write them; False if there is no gnuplot."""
    if not shutil.which("gnuplot"):
        return False
    os.makedirs(folder, exist_ok=True)
    terminals = {"svg": 'svg size 860,480 font "sans,12" noenhanced',
                 "png": "png size 860,480 noenhanced"}
    for op in TITLES:
        for kind in kinds:
            path = os.path.join(folder, f"{op}.{kind}")
            subprocess.run(["gnuplot"], check=True, text=True,
                           input=script(found, op, terminals[kind], path))
    return True
