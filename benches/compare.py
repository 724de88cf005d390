"""Rapport against DuckDB on the same generated company, in turn, results compared row by row.

    python3 benches/compare.py --messages 1000000 --rounds 3 --markdown

Needs the Python package `duckdb`, a release build of Rapport, and 6 KB of disk for each message.
"""

import argparse
import glob
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import duckdb

import measure
import people

BENCHES = Path(__file__).resolve().parent
AS_OF, NEXT = "2025-06-30", "2025-07-01"
MESSAGES = ["Message_v1", "SentItem_v1", "Inbox_v1"]
EVENTS = ["Event_v1", "CalendarView_v0"]
SEGMENT = """
    select CustomerId, EngagementScore from Office
    where AggregationLevel = 'Year' and DaysSinceLastEmail > 60 and DaysSinceLastMeeting > 60
    order by CustomerId
"""


class Comparison:
    """The company, the two programs, and what each step costs them."""

    def __init__(self, options):
        self.options = options
        self.work = Path(tempfile.mkdtemp(prefix="compare-", dir=options.work))
        self.out = self.work / "out"
        self.ducks = self.work / "duckdb"
        self.ducks.mkdir()
        self.costs = {}

    def found(self):
        """Generates the company three times: with bodies, without, and the latter as Parquet."""
        text, body = self.work / "text", self.work / "body"
        self.sample(text, self.options.messages, "--text", "preview", "--next-days", "1")
        self.sample(body, self.options.messages // 5, "--text", "body")
        self.definition("body", body, [body / "exports"])
        self.definition("text", text, [text / "exports"])
        self.definition("next", text, [text / "exports", text / "next" / NEXT])
        self.as_parquet(text / "exports", self.work / "parquet")
        self.definition("parquet", text, [self.work / "parquet"])
        self.people = people.write(text, self.ducks)

    def sample(self, folder, messages, *arguments):
        people_, accounts = min(max(messages // 2000, 20), 2500), max(messages // 500, 10)
        size = ["--messages", str(messages), "--people", str(people_), "--accounts", str(accounts), "--days", "365"]
        self.quietly(self.options.rapport, "sample", str(folder), *size, *arguments)

    def definition(self, name, sample, sources):
        """The sample's definition with other sources and the output of this comparison."""
        text = (sample / "enrichment.toml").read_text(encoding="utf-8")
        text = text[: text.index("[[source]]")]
        text = text.replace('output = "out"', f'output = "{self.out}"')
        text = text.replace('path = "contacts.csv"', f'path = "{sample / "contacts.csv"}"')
        text += "".join(f'[[source]]\npath = "{source}"\n' for source in sources)
        (self.work / f"{name}.toml").write_text(text, encoding="utf-8")

    def as_parquet(self, exports, folder):
        """Every export of messages and events again as Parquet, the others as they are."""
        session = duckdb.connect()
        kinds = {"message": files(exports, MESSAGES), "event": files(exports, EVENTS)}
        for kind, paths in kinds.items():
            session.execute(f"set variable {kind}_files = {paths}")
        session.execute(sql("json.sql"))
        for kind, paths in kinds.items():
            for path in paths:
                target = folder / Path(path).parent.name / f"{Path(path).stem}.parquet"
                target.parent.mkdir(parents=True, exist_ok=True)
                session.execute(f"set variable {kind}_files = ['{path}']")
                session.execute(f"copy (from {kind}_row) to '{target}' (format parquet, compression snappy)")
        for path in exports.glob("*.json"):
            shutil.copy(path, folder)

    def imports(self, name, exports, view):
        """Exports to canonical Parquet; DuckDB merges the copies of a message at once, Rapport when it aggregates."""
        written = {f"{table}_file": str(self.ducks / f"{table}.parquet") for table in ["message", "meeting"]}
        read = {"message_files": files(exports, MESSAGES), "event_files": files(exports, EVENTS)}
        self.contest(
            f"import, {name}",
            lambda: shutil.rmtree(self.out, ignore_errors=True),
            lambda: self.rapport("import", self.toml(exports)),
            lambda: self.query([view, "copy.sql", "merge.sql", "import.sql"], {**read, **written}),
            lambda: self.same_import(written),
        )

    def aggregates(self):
        """All figures from imported activity, nothing else kept from before."""
        shutil.rmtree(self.out, ignore_errors=True)
        self.rapport("import", "text")
        imported = self.kept("imported")
        variables = self.aggregation(imported / "activity", AS_OF)
        self.contest(
            "full aggregation and scoring",
            lambda: restore(imported, self.out),
            lambda: self.rapport("run", "text", "--as-of", AS_OF),
            lambda: self.query(["setting.sql", "aggregate.sql"], variables, self.people),
            self.same_figures,
        )

    def refreshes(self):
        """One more day: Rapport on its output; DuckDB appends the day to the canonical Parquet and computes again."""
        ran, canonical = self.kept("ran"), self.ducks / "activity"
        appending = ["json.sql", "copy.sql", "append.sql"]
        day = self.work / "text" / "next" / NEXT
        variables = {
            "message_files": files(day, MESSAGES),
            "event_files": files(day, EVENTS),
            "message_file": str(canonical / "message_copy" / "next" / "day.parquet"),
            "meeting_file": str(canonical / "meeting_copy" / "next" / "day.parquet"),
            **self.aggregation(canonical, NEXT),
        }

        def prepare():
            restore(ran, self.out)
            restore(ran / "activity", canonical)
            for table in ["message_copy", "meeting_copy"]:
                (canonical / table / "next").mkdir()

        self.contest(
            "refresh after one more day",
            prepare,
            lambda: self.rapport("run", "next", "--as-of", NEXT),
            lambda: self.query([*appending, "setting.sql", "aggregate.sql"], variables, self.people),
            self.same_figures,
        )

    def segments(self):
        """A query over what was published, from opening a session: starting a process (and Python) does not count."""
        office = str(self.out / "Office.parquet")
        answers = {}

        def told(side, cost):
            answer = json.loads(cost.printed)
            answers[side] = [[str(value) for value in row] for row in answer["rows"]]
            return replace(cost, wall=answer["seconds"], cpu=answer.get("cpu", cost.cpu))

        self.contest(
            "segment query",
            lambda: None,
            lambda: told("rapport", self.run([self.segment(), office, SEGMENT])),
            lambda: told("duckdb", self.query(["segment.sql"], {"office": office}, rows=True)),
            lambda: equal("segment", answers["rapport"], answers["duckdb"]),
        )

    def contest(self, step, prepare, rapport, duckdb_, check):
        """Both sides in turn, A B A B; each round's results must be equal."""
        for number in range(self.options.rounds):
            prepare()
            for side, run in [("Rapport", rapport), ("DuckDB", duckdb_)]:
                cost = run()
                self.costs.setdefault(step, {}).setdefault(side, []).append(cost)
                figures = f"{cost.wall:.3f} s, {cost.cpu:.2f} s of processor, {cost.memory:.0f} MB"
                say(f"{step}, round {number + 1}, {side}: {figures}")
            check()

    def rapport(self, command, name, *arguments):
        definition = ["--definition", str(self.work / f"{name}.toml"), "--i-am-the-administrator"]
        return self.run([self.options.rapport, command, *definition, *arguments])

    def query(self, names, variables, tables=None, rows=False):
        command = [sys.executable, str(BENCHES / "query.py"), "--threads", str(self.options.threads)]
        command += ["--variables", json.dumps(variables), "--tables", json.dumps(tables or {})]
        command += ["--memory-limit", self.options.memory_limit] if self.options.memory_limit else []
        command += ["--rows"] if rows else []
        return self.run([*command, *(str(BENCHES / "duckdb" / name) for name in names)])

    def run(self, command):
        return measure.run(command, self.options.threads, str(self.work / "printed"))

    def quietly(self, *command):
        say(" ".join(command))
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

    def segment(self):
        """The benchmark that runs a query in Rapport's engine."""
        build = ["cargo", "build", "--release", "--locked", "--bench", "segment", "--message-format", "json"]
        built = subprocess.run(build, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=BENCHES.parent)
        artifacts = [json.loads(line) for line in built.stdout.splitlines()]
        return next(of["executable"] for of in artifacts if of.get("target", {}).get("name") == "segment")

    def toml(self, exports):
        return "parquet" if exports.name == "parquet" else exports.parent.name

    def aggregation(self, activity, as_of):
        return {
            "messages": f"{activity}/message_copy/*/*.parquet",
            "meetings": f"{activity}/meeting_copy/*/*.parquet",
            "office": str(self.ducks / "Office.parquet"),
            "score": str(self.ducks / "Office_ScoreEntity.parquet"),
            "as_of": as_of,
        }

    def kept(self, name):
        """A copy of the output as it is now."""
        restore(self.out, self.work / name)
        return self.work / name

    def same_import(self, written):
        """What Rapport imported, merged by the same SQL, is what DuckDB wrote."""
        session = duckdb.connect()
        for table in ["message_copy", "meeting_copy"]:
            path = f"{self.out}/activity/{table}/*/*.parquet"
            session.execute(f"create temp view {table} as from read_parquet('{path}', hive_partitioning = false)")
        merged = self.work / "merged.parquet"
        session.execute(f"set variable message_file = '{merged}'")
        session.execute(sql("merge.sql"))
        same(session, "messages", f"'{merged}'", f"'{written['message_file']}'")
        same(session, "meetings", "meeting_copy", f"'{written['meeting_file']}'")

    def same_figures(self):
        session = duckdb.connect()
        for entity in ["Office", "Office_ScoreEntity"]:
            same(session, entity, f"'{self.out}/{entity}.parquet'", f"'{self.ducks}/{entity}.parquet'")

    def table(self):
        """One line a step: medians, and the median of the rounds' ratios."""
        yield [
            *["step", "Rapport: wall s", "cpu s", "peak MB", "DuckDB: wall s", "cpu s", "peak MB"],
            *["DuckDB / Rapport: wall", "cpu", "memory"],
        ]
        for step, sides in self.costs.items():
            line = [step]
            for side in ["Rapport", "DuckDB"]:
                for figure, digits in [("wall", 3), ("cpu", 2), ("memory", 0)]:
                    line.append(f"{statistics.median(getattr(cost, figure) for cost in sides[side]):.{digits}f}")
            for figure in ["wall", "cpu", "memory"]:
                pairs = zip(sides["DuckDB"], sides["Rapport"])
                line.append(f"{statistics.median(getattr(a, figure) / getattr(b, figure) for a, b in pairs):.1f}x")
            yield line

    def machine(self):
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)
        return (
            f"{self.options.messages:,} messages ({self.options.messages // 5:,} with bodies), "
            f"{self.options.rounds} rounds, {self.options.threads} of {os.cpu_count()} cores, {memory:.0f} GiB, "
            f"{platform.system()} {platform.machine()}, DuckDB {duckdb.__version__}"
        )


def files(exports, data_sets):
    return sorted(path for data_set in data_sets for path in glob.glob(f"{exports}/{data_set}/*"))


def sql(name):
    return (BENCHES / "duckdb" / name).read_text(encoding="utf-8")


def restore(source, target):
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target, symlinks=True)


def same(session, what, ours, theirs):
    """Fails unless both relations have the same rows, as often as they stand there."""
    for left, right, side in [(ours, theirs, "Rapport"), (theirs, ours, "DuckDB")]:
        only = f"from (from {left} except all from {right})"
        count = session.execute(f"select count(*) {only}").fetchall()[0][0]
        if count:
            rows = session.execute(f"{only} limit 5").fetchall()
            sys.exit(f"{what}: {count} rows are {side}'s alone, such as\n" + "\n".join(map(str, rows)))


def equal(what, ours, theirs):
    if ours != theirs or not ours:
        sys.exit(f"{what}: {len(ours)} rows in Rapport, {len(theirs)} in DuckDB, and they are not the same")


def say(text):
    print(text, file=sys.stderr, flush=True)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=200_000, help="distinct messages of the company")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="cores for each side")
    parser.add_argument("--memory-limit", help="DuckDB's, such as 4GB [default: DuckDB's own, 80 %% of the machine]")
    parser.add_argument("--steps", default="body,text,parquet,aggregate,refresh,segment", help="comma-separated")
    parser.add_argument("--rapport", default=str(BENCHES.parent / "target" / "release" / "rapport"))
    parser.add_argument("--work", help="folder for the data [default: the system's temporary folder]")
    parser.add_argument("--markdown", action="store_true", help="print the table as Markdown")
    return parser.parse_args()


def main():
    options = arguments()
    steps = options.steps.split(",")
    comparison = Comparison(options)
    try:
        comparison.found()
        text, body, parquet = (comparison.work / name for name in ["text", "body", "parquet"])
        if "body" in steps:
            comparison.imports("JSON Lines with bodies", body / "exports", "json.sql")
        if "text" in steps:
            comparison.imports("JSON Lines without bodies", text / "exports", "json.sql")
        if "parquet" in steps:
            comparison.imports("Parquet", parquet, "parquet.sql")
        if {"aggregate", "refresh", "segment"} & set(steps):
            comparison.aggregates()
        if "refresh" in steps:
            comparison.refreshes()
        if "segment" in steps:
            comparison.segments()
        separator = " | " if options.markdown else "\t"
        print(comparison.machine() + "\n")
        for number, line in enumerate(comparison.table()):
            print(f"| {separator.join(line)} |" if options.markdown else separator.join(line))
            if options.markdown and number == 0:
                print("|---" + "|--:" * 9 + "|")
    finally:
        shutil.rmtree(comparison.work, ignore_errors=True)


main()
