# SPDX-License-Identifier: MIT
"""What was measured, as tables: on the terminal, and in docs/benchmarks.md."""

import collect

SIZES = [1 << i for i in range(12)]
PLACES = {"sluice": "Sluice", "xen": "Xen", "native": "native"}
OPERATIONS = ["map", "unmap", "protect", "remap"]

# Figure, title, target (None: reported).
FIGURES = [
    ("null", "null hypercall", 120),
    ("syscall", "system call, user to guest kernel and back", 300),
    ("fault", "page fault, user to guest kernel and back", 400),
    ("event", "event to oneself, upcall taken", 350),
    ("update_soft", "mmu_update of a software bit, one", 250),
    ("array_soft", "  ... in an array of 512", 90),
    ("update_map_unmap", "mapping and unmapping in turn, one", 290),
    ("array_map", "mapping in an array of 512", 140),
    ("array_unmap", "unmapping in an array of 512", 120),
    ("array_protect", "protecting in an array of 512", None),
    ("va_soft", "update_va_mapping of a software bit, one", 220),
    ("va_multicall", "  ... in multicalls of 128", 150),
    ("ring_soft", "  ... by the ring, 63 at once", 120),
    ("emulated_write", "write to a page table, emulated", 700),
    ("pin", "pin of four tables, 256 pages", 40000),
    ("unpin", "unpin of them", 40000),
    ("baseptr", "kernel's base pointer, the same table", 400),
    ("null_multicall", "null call in a multicall of 128", 90),
    ("switch_single", "context switch: six calls", None),
    ("switch_multi", "  ... in one multicall", 700),
    ("send_masked", "event sent to a masked port", 130),
    ("set_timer", "timer set", 200),
    ("timer_late", "late after a block with a timer, at most", 2500),
    ("yield", "yield, nobody else to run", 300),
    ("domain_switch", "change of domain, by a yield to the other", None),
    ("roundtrip", "event there and back, two domains on one CPU", None),
    ("roundtrip_directed", "  ... each sent with a directed yield", None),
    ("grant_map", "grant mapped, in lists of 32", 350),
    ("grant_unmap", "grant unmapped, in lists of 32", 350),
    ("grant_copy", "64 bytes copied from a grant, in lists of 32", None),
]
FAULTS = [("fault_none", "fault and return alone"),
          ("fault_stored", "a store"),
          ("fault_va", "update_va_mapping"), ("fault_pte", "mmu_update"),
          ("fault_multi", "a multicall of one"),
          ("fault_ring_va", "update_va_mapping by the ring"),
          ("fault_ring_pte", "mmu_update by the ring")]
ENTRIES = {"fault_none": 2, "fault_stored": 0, "fault_ring_va": 2,
           "fault_ring_pte": 2}

# Whole operations that are to cost at most so many times what they cost on the
# bare machine.
OVERHEADS = {"null-syscall": 3, "fresh-page": 2.2, "fork-256": 1.8,
             "protect-pair-64": 2.5, "pipe-switch": 2.2}


def cell(value, form="{}"):
    return "-" if value is None else form.format(value)


def aligned(rows, left=1):
    """Lines of equally wide columns, the first LEFT flush left."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return ["  ".join(text.ljust(width) if i < left else text.rjust(width)
                      for i, (text, width) in enumerate(zip(row, widths)))
            for row in rows]


def markdown(rows, left=1):
    """The same as a table of Markdown's."""
    rule = ["---"] * left + ["--:"] * (len(rows[0]) - left)
    rows = [[text.strip() for text in row] for row in rows]
    return ["| " + " | ".join(row) + " |"
            for row in [rows[0], rule] + rows[1:]]


def ratio(a, b):
    return cell(a / b if a is not None and b else None, "{:.2f}")


def figures(found):
    """Rows of figures that have a target, and of some that have none."""
    rows = [["instructions", "Sluice", "target", "", "Xen", "ratio"]]
    ours = found["sluice"]["figures"]
    theirs = found.get("xen", {}).get("figures", {})
    for key, title, target in FIGURES:
        mine, other = ours[key], theirs.get(key)
        met = "" if target is None or mine <= target else "missed"
        rows.append([title, str(mine), cell(target), met, cell(other),
                     ratio(mine, other)])
    return rows


def faults(found):
    ours = found["sluice"]["figures"]
    theirs = found.get("xen", {}).get("figures", {})
    bare = found.get("native", {}).get("figures", {})
    rows = [["page-fault path, the page mapped by", "entries", "native",
             "Sluice", "Xen", "ratio"]]
    for key, title in FAULTS:
        mine, other = ours.get(key), theirs.get(key)
        rows.append([title, str(ENTRIES.get(key, 3)), cell(bare.get(key)),
                     cell(mine), cell(other), ratio(mine, other)])
    return rows


def fits(found):
    """Fixed cost, cost of an item and break-even of each way."""
    rows = [["operation", "way", "place", "fixed", "item", "pays from",
             "entries for 512"]]
    for op in OPERATIONS + ["null", "send"]:
        for place in [p for p in PLACES if p in found]:
            for s in found[place]["hcbench"]["series"]:
                if s["op"] != op:
                    continue
                pays = "" if "instead" not in s else \
                    str(s["pays_from"] or "never")
                rows.append([op, s["way"], PLACES[place], str(s["fixed"]),
                             f"{s['item']:.1f}", pays,
                             str(s["entries"][9])])
    return rows


def host(found):
    """Nanoseconds for one of 512, as this machine's emulator takes them."""
    rows = [["host time, ns for one of 512"] +
            [PLACES[p] for p in PLACES if p in found]]
    names = {}
    for place in found:
        for s in found[place]["host"]["series"]:
            ns = s["ticks"][9] / 512 / found[place]["host"]["tsc_khz"] * 1e6
            names.setdefault((s["op"], s["way"]), {})[place] = ns
    for (op, way), times in names.items():
        rows.append([f"{op}, {way}"] + [cell(times.get(p), "{:.0f}")
                                        for p in PLACES if p in found])
    return rows


def traps(found, op="protect", extra=(0, 200, 500, 1000, 2000)):
    """One of N by the cheapest way without batches over the array's, if an
    entry costs so many instructions more than QEMU counts."""
    places = [p for p in ("sluice", "xen") if p in found]
    rows = [["an entry costs more by"] +
            [f"{PLACES[p]}, N = {n}" for p in places for n in (1, 8, 64, 512)]]
    for more in extra:
        row = [str(more)]
        for place in places:
            ways = [collect.series(found[place], op, way)
                    for way in ("pte-single", "va-single")]
            array = collect.series(found[place], op, "pte-array")
            for n in (1, 8, 64, 512):
                i = SIZES.index(n)
                costs = [s["ticks"][i] + more * s["entries"][i] for s in ways]
                batch = array["ticks"][i] + more * array["entries"][i]
                row.append(f"{min(costs) / batch:.2f}")
        rows.append(row)
    return rows


def operation_columns(found):
    """Title and dictionary of each way of each place."""
    order = ["native", "sluice", "xen"]
    titles = {"stored": "native", "multicall": "Sluice", "single":
              "unbatched", "array": "arrays", "ring": "ring"}
    return [(titles[way] if place != "xen" else "Xen", ways)
            for place in order if place in found
            for way, ways in found[place]["operations"].items()]


def operations(found):
    """Whole operations, and what they cost beside the bare machine."""
    columns = operation_columns(found)
    rows = [["whole operation"] + [title for title, _ in columns] +
            ["to native", "target", "Xen's", "beyond: of Xen's"]]
    by = dict(columns)
    for name, ours in by["Sluice"].items():
        native = by["native"][name]["ticks"]
        mine = ours["ticks"]
        xen = by["Xen"][name]["ticks"] if "Xen" in by else None
        rows.append([name] + [str(ways[name]["ticks"]) for _, ways in columns]
                    + [ratio(mine, native), cell(OVERHEADS.get(name)),
                       ratio(xen, native),
                       ratio(mine - native, xen - native if xen else None)])
    return rows


def operation_counts(found):
    """Entries, writes of CR3 and flushes by Sluice's count, and host time."""
    ours = found["sluice"]["operations"]
    ways = ["single", "array", "multicall", "ring"]
    titles = ["unbatched", "arrays", "multicall", "ring"]
    places = [p for p in ("native", "sluice", "xen") if p in found]
    rows = [["whole operation"] + [f"entries, {t}" for t in titles] +
            ["CR3", "flushes", "pages"] +
            [f"{PLACES[p]}, us" for p in places]]
    for name, counts in ours["multicall"].items():
        rows.append([name] +
                    [cell(ours[way][name].get("entries")) for way in ways] +
                    [cell(counts.get(key))
                     for key in ("cr3", "flushes", "pages")] +
                    [f"{microseconds(found[p], name):.1f}" for p in places])
    return rows


def microseconds(found, name):
    """Of host time."""
    return found["host_operations"][name]["ticks"] * 1e3 / \
        found["host"]["tsc_khz"]
