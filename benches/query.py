"""Runs SQL files in one DuckDB session, as a program of its own: `benches/compare.py` measures it."""

import argparse
import json
import time

import duckdb


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("files", nargs="+", help="SQL files, run in this order")
    arguments.add_argument("--threads", type=int, default=2)
    arguments.add_argument("--memory-limit")
    arguments.add_argument("--variables", default="{}", help="JSON object: name to text or list of texts")
    arguments.add_argument("--tables", default="{}", help="JSON object: name to Parquet file")
    arguments.add_argument("--rows", action="store_true", help="print the last statement's rows and the cost as JSON")
    arguments = arguments.parse_args()

    began, busy = time.perf_counter(), time.process_time()
    session = duckdb.connect()
    session.execute(f"set threads = {arguments.threads}")
    session.execute("set preserve_insertion_order = false")
    session.execute("set TimeZone = 'UTC'")
    if arguments.memory_limit:
        session.execute(f"set memory_limit = '{arguments.memory_limit}'")
    for name, value in json.loads(arguments.variables).items():
        session.execute(f"set variable {name} = {literal(value)}")
    for name, path in json.loads(arguments.tables).items():
        session.execute(f"create temp table {name} as from read_parquet({literal(path)})")
    for path in arguments.files:
        with open(path, encoding="utf-8") as file:
            result = session.execute(file.read())
    if arguments.rows:
        rows = result.fetchall()
        seconds, cpu = time.perf_counter() - began, time.process_time() - busy
        print(json.dumps({"seconds": seconds, "cpu": cpu, "rows": rows}))


def literal(value):
    """A text, or a list of texts, as SQL."""
    if isinstance(value, list):
        return "[" + ", ".join(literal(each) for each in value) + "]"
    return "'" + value.replace("'", "''") + "'"


main()
