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


def bars(title, unit, columns, rows, terminal, path):
    """Groups of bars: ROWS are a name and a value for each column, or None."""
    data = ["$d << EOD"] + [
        " ".join([f'"{name}"'] + [tables.cell(v, "{:.3f}") for v in values])
        for name, values in rows] + ["EOD"]
    plot = ", ".join(f'$d using {i + 2}:xtic(1) title "{column}"'
                     for i, column in enumerate(columns))
    return "\n".join(data + [
        f"set terminal {terminal}", f'set output "{path}"',
        f'set title "{title}" noenhanced', f'set ylabel "{unit}"',
        "set style data histogram", "set style histogram clustered gap 1",
        "set style fill solid 0.8", "set boxwidth 0.9", "set grid ytics",
        'set datafile missing "-"', "set yrange [0:]",
        "set xtics rotate by -35 noenhanced", "set key top left noenhanced",
        "plot " + plot, ""])


def operations(found, terminal, path):
    """Whole operations, over what they cost natively."""
    by = dict(tables.operation_columns(found))
    columns = [c for c in ("unbatched", "Sluice", "ring", "Xen") if c in by]
    rows = [(name, [by[c][name]["ticks"] / native["ticks"] for c in columns])
            for name, native in by["native"].items()]
    return bars("Whole operations, over the bare machine's cost",
                "times native", columns, rows, terminal, path)


def faults(found, terminal, path):
    places = [p for p in tables.PLACES if p in found]
    rows = [(title, [found[p]["figures"].get(key) for p in places])
            for key, title in tables.FAULTS]
    return bars("A page fault, the page mapped, and the way back",
                "instructions", [tables.PLACES[p] for p in places], rows,
                terminal, path)


def make(found, folder, kinds=("svg", "png")):
    """Write them; False if there is no gnuplot."""
    if not shutil.which("gnuplot"):
        return False
    os.makedirs(folder, exist_ok=True)
    terminals = {"svg": 'svg size 860,480 font "sans,12" noenhanced',
                 "png": "pngcairo size 860,480 noenhanced"}
    for kind in kinds:
        def path(name):
            return os.path.join(folder, f"{name}.{kind}")
        scripts = [script(found, op, terminals[kind], path(op))
                   for op in TITLES]
        scripts.append(operations(found, terminals[kind], path("operations")))
        scripts.append(faults(found, terminals[kind], path("faults")))
        for text in scripts:
            subprocess.run(["gnuplot"], check=True, text=True, input=text)
    return True
