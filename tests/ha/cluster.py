"""A PostgreSQL that outlives its leader: three nodes under Patroni and three etcd members here.

Everything stands in one temporary folder and listens on 127.0.0.1 only. A node is what one machine
would carry: an etcd member, a Patroni and the PostgreSQL it runs; killing it kills all three.
Needs the Debian packages postgresql-15, patroni, etcd-server, python3-etcd and python3-psycopg2.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from typing import Any

import psycopg

BINARIES = Path("/usr/lib/postgresql/15/bin")
PROGRAMS = (BINARIES / "postgres", Path("/usr/bin/patroni"), Path("/usr/bin/etcd"))
NAMES = ("n1", "n2", "n3")
ROLE = "saola"  # superuser, replication, rewinding and the application: one role, trusted here
RULES = {  # kept in etcd, the same for every node; see `patronictl edit-config`
    "ttl": 15,  # a leader unheard of for so long has lost its office; Patroni 3.1+ asks for 20
    "loop_wait": 2,
    "retry_timeout": 5,  # loop_wait + 2 * retry_timeout must not exceed ttl
    "primary_start_timeout": 5,  # its PostgreSQL died alone: repair so long, then hand over
    "synchronous_mode": True,  # only a node with every acknowledged row may become leader
    "synchronous_mode_strict": True,  # no such node: a write waits instead of standing alone
    "synchronous_node_count": 2,  # the one further on follows in office: no follower must rewind
}
ACCOUNT = {"user": "postgres", "group": "postgres", "extra_groups": []}  # root is refused
HBA = ["local all all trust", "host all,replication all 127.0.0.1/32 trust"]
PARAMETERS = {"wal_retrieve_retry_interval": "500ms"}  # how soon a follower asks the new leader


def _free_ports(count: int) -> list[int]:
    """Ports below 32768, where the kernel takes no outgoing ones."""
    found: list[int] = []
    port = 20_000 + os.getpid() % 5000
    while len(found) < count:
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            found.append(port)
        port += 1
    return found


def _family(root: int) -> list[int]:
    """Stops a process and all below it; each backend leads a session: no group holds them all."""
    with suppress(ProcessLookupError, FileNotFoundError):
        os.kill(root, signal.SIGSTOP)
        lists = [task.read_text() for task in Path(f"/proc/{root}/task").glob("*/children")]
        children = [int(pid) for pid in " ".join(lists).split()]
        return [root, *(pid for child in children for pid in _family(child))]
    return []


@dataclass
class Cluster:
    """Three nodes, numbered from 0, in `folder`; ask it through `url()`."""

    folder: Path
    rules: dict[str, Any]
    ports: list[int]  # of PostgreSQL
    _rest: list[int]
    _etcd: list[int]
    _peers: list[int]
    logs: Path  # one file each for a node's etcd and its Patroni with PostgreSQL
    _running: dict[int, list[subprocess.Popen[bytes]]] = field(default_factory=dict)

    def url(self, attrs: str = "read-write", database: str = ROLE) -> str:
        """All hosts in one libpq URL, which takes the first that is what `attrs` asks for."""
        hosts = ",".join(f"127.0.0.1:{port}" for port in self.ports)
        asked = f"target_session_attrs={attrs}&connect_timeout=2"
        return f"postgresql://{ROLE}@{hosts}/{database}?{asked}"

    def _ask(self, node: int, path: str) -> dict[str, Any]:
        """What the node's Patroni answers; nothing if it is gone, silent or says 503."""
        address = f"http://127.0.0.1:{self._rest[node]}/{path}"
        with suppress(OSError, HTTPException), urllib.request.urlopen(address, timeout=1) as said:
            return dict(json.load(said))
        return {}

    def leader(self) -> int | None:
        """The node whose Patroni holds the office with a PostgreSQL that takes writes."""
        return next((node for node in range(3) if self._ask(node, "primary")), None)

    def wait(self, followers: int = 2, seconds: float = 90) -> None:
        """Until so many nodes stream from a leader, each named as a possible successor."""
        end = time.monotonic() + seconds
        aim = (followers, min(followers, self.rules["synchronous_node_count"]))
        while (found := self._followers()) != aim:
            if time.monotonic() > end:
                raise TimeoutError(f"{found} followers instead of {aim}; see {self.logs}")
            time.sleep(0.1)

    def _followers(self) -> tuple[int, int]:
        """How many stream from the leader, and how many of them may follow it in office."""
        told = [self._ask(self.leader() or 0, path) for path in ("primary", "cluster")]
        states = [one["state"] for one in told[0].get("replication", [])]
        roles = [one["role"] for one in told[1].get("members", [])]
        return states.count("streaming"), roles.count("sync_standby")

    def start(self, node: int) -> None:
        """Start a node that is not running."""
        data, client = self.folder / NAMES[node], f"http://127.0.0.1:{self._etcd[node]}"
        peers = [f"http://127.0.0.1:{port}" for port in self._peers]
        members = ",".join(f"{name}={peer}" for name, peer in zip(NAMES, peers, strict=True))
        etcd = f"/usr/bin/etcd --name {NAMES[node]} --data-dir {data}-etcd"
        etcd += f" --listen-peer-urls {peers[node]} --initial-advertise-peer-urls {peers[node]}"
        etcd += f" --listen-client-urls {client} --advertise-client-urls {client}"
        etcd += f" --initial-cluster {members}"
        Path(f"{data}.json").write_text(json.dumps(self._patroni(node), indent=1))  # it is YAML too
        clean = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": str(self.folder)}
        who: dict[str, Any] = {"cwd": self.folder, "env": clean, "start_new_session": True}
        who |= ACCOUNT if os.getuid() == 0 else {}
        for what, command in (("etcd", etcd), ("patroni", f"/usr/bin/patroni {data}.json")):
            with (self.logs / f"{NAMES[node]}-{what}.log").open("ab") as log:
                process = subprocess.Popen(command.split(), stdout=log, stderr=log, **who)
                self._running.setdefault(node, []).append(process)

    restart = start  # its files are still there

    def halt(self, node: int) -> list[int]:
        """Stop all the node runs (SIGSTOP): for SIGKILL, or SIGCONT after a time of silence."""
        pids = [one.pid for one in self._running.get(node, []) if one.poll() is None]
        data = str(self.folder / NAMES[node])
        with suppress(OSError, ValueError):  # Patroni lets go of its postmaster, a session's leader
            pid = int(Path(data, "postmaster.pid").read_text().split()[0])
            if data in Path(f"/proc/{pid}/cmdline").read_text():  # not a stale number
                pids.append(pid)
        return [member for pid in pids for member in _family(pid)]

    def kill(self, node: int) -> None:
        """The machine is gone at once: SIGKILL for all it runs. Its files remain."""
        while pids := self.halt(node):
            for pid in pids:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            for process in self._running.pop(node, []):
                process.wait(10)
            time.sleep(0.2)  # a postmaster just born writes its file

    def kill_leader(self) -> int:
        """Kill the leader; which one it was."""
        leader = self.leader()
        assert leader is not None, "no leader"
        self.kill(leader)
        return leader

    def _patroni(self, node: int) -> dict[str, Any]:
        """What this node's Patroni reads; `bootstrap` counts for the first start only."""
        rest, address = (f"127.0.0.1:{ports[node]}" for ports in (self._rest, self.ports))
        name, role, folder = NAMES[node], {"username": ROLE}, str(self.folder)
        shared = {"use_pg_rewind": True, "parameters": PARAMETERS}
        server: dict[str, Any] = {"listen": address, "connect_address": address}
        server |= {"data_dir": f"{folder}/{name}", "pgpass": f"{folder}/{name}.pgpass"}
        server |= {"authentication": {"superuser": role, "replication": role, "rewind": role}}
        server |= {"parameters": {"unix_socket_directories": folder}, "bin_dir": str(BINARIES)}
        server |= {"pg_hba": HBA, "basebackup": [{"checkpoint": "fast"}]}
        initdb = [{"encoding": "UTF8"}, {"locale": "C.UTF-8"}]
        return {
            "scope": "saola",
            "name": name,
            "restapi": {"listen": rest, "connect_address": rest},
            "etcd3": {"hosts": [f"127.0.0.1:{port}" for port in self._etcd]},
            "bootstrap": {"dcs": self.rules | {"postgresql": shared}, "initdb": initdb},
            "postgresql": server,
        }


@contextmanager
def three(**rules: Any) -> Iterator[Cluster]:
    """Three streaming nodes with an empty database `saola`; `rules` change some of RULES."""
    folder = Path(tempfile.mkdtemp(prefix="saola-ha-"))
    if os.getuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    (logs := folder / "logs").mkdir()
    ports = _free_ports(12)
    made = Cluster(folder, RULES | rules, ports[:3], ports[3:6], ports[6:9], ports[9:], logs)
    try:
        for node in range(3):
            made.start(node)
        made.wait()
        with psycopg.connect(made.url(database="postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {ROLE}")
        yield made
    finally:
        for node in range(3):
            made.kill(node)
        shutil.rmtree(folder, ignore_errors=True)
