"""Own addresses and contact addresses of a sample, resolved from its exports: what DuckDB is given as tables.

Knows the shapes that `rapport sample` writes without `--defects`, no others.
"""

import csv
import json
import tomllib
from pathlib import Path

import duckdb

PREFIXES = ("mailto:", "smtp:")


def write(sample, folder):
    """Writes `own_address.parquet` and `contact_address.parquet` to `folder`; returns the paths by table name."""
    definition = tomllib.loads((sample / "enrichment.toml").read_text(encoding="utf-8"))
    own = own_addresses(sample / "exports", definition["own"])
    contacts = contact_addresses(sample, definition["contacts"], {address for address, _ in own})
    return {
        "own_address": table(folder / "own_address", ["address", "person_id"], own),
        "contact_address": table(folder / "contact_address", ["customer_id", "contact_id", "address"], contacts),
    }


def own_addresses(exports, selected):
    """Rows of address and person: those named, and all addresses of the members of the groups, nested ones too."""
    users = {}
    person_of = {}
    for user in rows(exports / "User_v1.json"):
        proxies = [proxy for proxy in user["proxyAddresses"] if proxy.lower().startswith("smtp:")]
        users[user["id"]] = {normal_form(text) for text in [user["mail"], user["userPrincipalName"], *proxies] if text}
        person_of.update((address, user["id"]) for address in users[user["id"]])
    members = {}
    for member in rows(exports / "GroupMembers_v0.json"):
        members.setdefault(member["puser"], []).append(member)
    ids = {group["displayName"]: group["id"] for group in rows(exports / "GroupDetails_v0.json")}
    addresses = {normal_form(address) for address in selected["addresses"]}
    waiting = [ids[name] for name in selected["groups"]]
    seen = set()
    while waiting:
        group = waiting.pop()
        if group in seen:
            continue
        seen.add(group)
        for member in members.get(group, []):
            if member["ODataType"] == "#microsoft.graph.group":
                waiting.append(member["id"])
            else:
                addresses |= users.get(member["id"]) or {normal_form(member["userPrincipalName"])}
    return [(address, person_of.get(address, address)) for address in sorted(addresses)]


def contact_addresses(sample, mapping, own):
    """Rows of customer, contact and address; own addresses are left out."""
    found = {}
    with open(sample / mapping["path"], encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for column in mapping["addresses"]:
                address = normal_form(row[column])
                if address and address not in own:
                    found[row[mapping["customer_id"]], row[mapping["contact_id"]].strip(), address] = None
    return list(found)


def normal_form(address):
    """Trimmed, without a prefix, in lower case."""
    address = address.strip().lower()
    for prefix in PREFIXES:
        address = address.removeprefix(prefix)
    return address.strip()


def rows(path):
    """The data rows of a JSON Lines export."""
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def table(path, columns, values):
    """Writes rows of texts as Parquet."""
    with open(f"{path}.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerow(columns)
        writer.writerows(values)
    types = ", ".join(f"'{column}': 'varchar'" for column in columns)
    duckdb.execute(
        f"copy (from read_csv('{path}.csv', header = true, columns = {{{types}}})) to '{path}.parquet' (format parquet)"
    )
    return str(Path(f"{path}.parquet"))
