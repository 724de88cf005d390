"""How Rapport's costs grow with the company: import, first run, and the run after one more day.

    python3 benches/growth.py --sizes 1,4,16,64,96 --work /data

A size is in millions of message rows over one year, with 2,500 own addresses, 200,000 contacts and 20,000 customers.
A million rows take about 200 MB of disk; each size is removed when it is done.
"""

import argparse
import os
import shutil
import tempfile
from pathlib import Path

import measure

BENCHES = Path(__file__).resolve().parent
AS_OF, NEXT = "2025-06-30", "2025-07-01"
# rows for each distinct message, counted at 24 million rows
ROWS = 1.36693
SIZE = ["--people", "2500", "--accounts", "20000", "--contacts", "10", "--days", "365", "--next-days", "1"]
SMALL = ["--text", "none", "--compress", "zstd"]


def main():
    options = arguments()
    print("| million rows | step | wall s | cpu s | peak MB | MB read |")
    print("|--:|---|--:|--:|--:|--:|", flush=True)
    for size in options.sizes.split(","):
        work = Path(tempfile.mkdtemp(prefix="growth-", dir=options.work))
        try:
            for step, command in steps(options, float(size), work):
                cost = measure.run([options.rapport, *command], options.threads, str(work / "printed"))
                figures = f"{cost.wall:,.1f} | {cost.cpu:,.1f} | {cost.memory:,.0f} | {cost.read:,.0f}"
                print(f"| {size} | {step} | {figures} |", flush=True)
        finally:
            shutil.rmtree(work, ignore_errors=True)


def steps(options, size, work):
    """Names and arguments, in the order in which they run."""
    company = work / "company"
    messages = round(size * 1e6 / ROWS)
    wanted = ["--messages", str(messages), "--meetings", str(messages // 35)]
    yield "generate", ["sample", str(company), *wanted, *SIZE, *SMALL]
    definition = ["--definition", str(company / "enrichment.toml"), "--i-am-the-administrator"]
    if options.memory_limit:
        prepend(company / "enrichment.toml", f'memory_limit = "{options.memory_limit}"\n')
    yield "import", ["import", *definition]
    yield "first run", ["run", *definition, "--as-of", AS_OF]
    (company / "next" / NEXT).rename(company / "exports" / NEXT)
    yield "run after one more day", ["run", *definition, "--as-of", NEXT]


def prepend(path, text):
    path.write_text(text + path.read_text(encoding="utf-8"), encoding="utf-8")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="1,4", help="millions of message rows, comma-separated")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="cores to use")
    parser.add_argument("--memory-limit", help="Rapport's, as its definition takes it [default: Rapport's own]")
    parser.add_argument("--rapport", default=str(BENCHES.parent / "target" / "release" / "rapport"))
    parser.add_argument("--work", help="folder for the data [default: the system's temporary folder]")
    return parser.parse_args()


main()
