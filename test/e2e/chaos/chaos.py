#!/usr/bin/env python3
"""Fault injection into a head and three nodes in network namespaces.

    sudo test/e2e/chaos/chaos.py --troupe build/release/bin/troupe [--seconds 600] [--seed 1]

Each machine is a network namespace with an address of its own, on one bridge. The third node does not
share the study's folder, so that checkpoints are transferred. The study has 200 trials, whose programs
fail at random (program.py). For the given time a seeded fault injector kills processes (-9), whole machines
and starting heads, stops and continues processes, takes links down (also in one direction), fills the disk
and truncates checkpoints; it restarts killed heads and nodes. Then the study runs to its end without faults. The run passes if the study ended in order
with all its trials, `troupe replay` finds no difference, and no process is left.

Needs root, iproute2, nftables, python3. The script removes everything that it created.
"""
import argparse
import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
PORT = 7707
WORKERS = 6
TRIALS = 200
DISK_MB = 256
STUDY = """\
study: chaos
entry:
  command: [python3, {here}/program.py, --epoch-seconds, "{epoch_seconds}"]
config_space:
  x: {{uniform: [0, 1]}}
  epochs: 27
metric: loss
mode: min
resource_attr: epoch
max_resource_attr: epochs
scheduler: {{name: pasha, grace_period: 1, reduction_factor: 3}}
n_workers: {workers}
stop_criterion: {{max_num_trials_started: {trials}}}
max_failures: 1000
max_retries: 5
seed: {seed}
"""


def run(*argv, check=True, **options):
    return subprocess.run(argv, check=check, text=True, capture_output=True, **options)


class Machine:
    """A network namespace with one address."""

    def __init__(self, world, name, host):
        self.name, self.address, self.world = name, f"10.77.0.{host}", world
        self.space = f"chaos-{os.getpid()}-{name}"
        inside, outside = f"c{os.getpid() % 100000}i{host}", f"c{os.getpid() % 100000}o{host}"
        run("ip", "netns", "add", self.space)
        run("ip", "link", "add", inside, "type", "veth", "peer", "name", outside)
        run("ip", "link", "set", inside, "netns", self.space)
        run("ip", "link", "set", outside, "netns", world.switch)
        world.inside("ip", "link", "set", outside, "master", "br0", "up")
        self.inside("ip", "link", "set", "lo", "up")
        self.inside("ip", "link", "set", inside, "name", "eth0")
        self.inside("ip", "address", "add", f"{self.address}/24", "dev", "eth0")
        self.inside("ip", "link", "set", "eth0", "up")
        self.inside("nft", "add", "table", "inet", "chaos")
        for chain in ("input", "output"):
            self.inside("nft", "add", "chain", "inet", "chaos", chain,
                        f"{{ type filter hook {chain} priority 0; }}")

    def inside(self, *argv):
        return run("ip", "netns", "exec", self.space, *argv)

    def start(self, *argv, **options):
        return subprocess.Popen(("ip", "netns", "exec", self.space) + argv, **options)

    def processes(self):
        return [int(pid) for pid in run("ip", "netns", "pids", self.space).stdout.split()]

    def remove(self):
        for pid in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        run("ip", "netns", "del", self.space, check=False)


class World:
    def __init__(self, options):
        self.options = options
        self.random = random.Random(options.seed)
        self.folder = tempfile.mkdtemp(prefix="troupe-chaos-")
        self.disk = os.path.join(self.folder, "disk")
        os.mkdir(self.disk)
        run("mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "chaos", self.disk)
        self.switch = f"chaos-{os.getpid()}-switch"
        run("ip", "netns", "add", self.switch)
        self.inside("ip", "link", "add", "br0", "type", "bridge")
        self.inside("ip", "link", "set", "br0", "up")
        self.head = Machine(self, "head", 1)
        self.nodes = [Machine(self, f"n{i}", 10 + i) for i in (1, 2, 3)]
        self.machines = [self.head] + self.nodes
        self.study = os.path.join(self.disk, "study")
        self.file = os.path.join(self.folder, "study.yaml")
        # The study must outlast the faults; a trial has about 4 epochs.
        epoch_seconds = round(options.seconds * WORKERS / (TRIALS * 4.5), 3)
        with open(self.file, "w") as file:
            file.write(STUDY.format(here=HERE, epoch_seconds=epoch_seconds, workers=WORKERS,
                                    trials=TRIALS, seed=options.seed))
        self.log = open(os.path.join(self.folder, "chaos.log"), "w")
        self.running = {}
        self.not_before = {}
        self.joins = {}
        self.started_at = time.monotonic()
        self.counts = {}

    def inside(self, *argv):
        return run("ip", "netns", "exec", self.switch, *argv)

    def say(self, text):
        line = f"{time.monotonic() - self.started_at:7.1f} {text}"
        print(line, flush=True)
        self.log.write(line + "\n")
        self.log.flush()

    def troupe(self, *argv, check=True):
        return run(self.options.troupe, *argv, check=check)

    # --- Processes.

    def keys_of(self, machine):
        return os.path.join(self.folder, f"keys-{machine.name}")

    def exchange_keys(self):
        self.troupe("keys", "init", "--keys", self.keys_of(self.head))
        for node in self.nodes:
            line = self.troupe("keys", "add", node.name, "--at", f"{self.head.address}:{PORT}",
                               "--keys", self.keys_of(self.head)).stdout.split()
            # `echo INVITATION | troupe node --join ... --name ... --invitation -`
            invitation = os.path.join(self.folder, f"invitation-{node.name}")
            with open(invitation, "w") as file:
                file.write(line[1] + "\n")
            self.joins[node.name] = (*line[4:-1], invitation)

    def start(self, machine):
        out = open(os.path.join(self.folder, f"{machine.name}.log"), "a")
        if machine is self.head:
            argv = (self.options.troupe, "run", self.file, "--dir", self.study, "--listen",
                    f"tcp://{self.head.address}:{PORT}", "--keys", self.keys_of(machine))
        else:
            argv = (self.options.troupe, *self.joins[machine.name], "--cpus", "2", "--keys",
                    self.keys_of(machine))
            if machine is self.nodes[-1]:
                argv += ("--dir", os.path.join(self.folder, "apart"))
        self.running[machine.name] = machine.start(*argv, stdout=out, stderr=out,
                                                   cwd=self.folder, start_new_session=True)

    def keep_up(self):
        """Restarts processes that are gone. None while the study runs, else whether it ended well."""
        for machine in self.machines:
            process = self.running.get(machine.name)
            code = process.poll() if process else None
            if process and code is None:
                continue
            if machine is self.head and code == 0:
                return True
            if time.monotonic() < self.not_before.get(machine.name, 0):
                continue
            if process:
                self.say(f"{machine.name} ended with {code}; started again")
            self.not_before[machine.name] = time.monotonic() + 1
            self.start(machine)
        return None

    # --- Faults.

    def victim(self):
        machine = self.random.choice(self.machines)
        pids = machine.processes()
        return (machine, self.random.choice(pids)) if pids else (machine, None)

    @staticmethod
    def name_of(pid):
        with contextlib.suppress(OSError), open(f"/proc/{pid}/cmdline", "rb") as file:
            return " ".join(file.read().decode(errors="replace").split("\0")[:3])
        return "?"

    def signal(self, pid, number):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)

    def kill(self):
        machine, pid = self.victim()
        if pid:
            self.say(f"kill -9 {pid} on {machine.name} ({self.name_of(pid)})")
            self.signal(pid, signal.SIGKILL)

    def lose_machine(self):
        """Every process of a machine at once: head or node, process reaper and programs."""
        machine = self.random.choice(self.machines)
        pids = machine.processes()
        self.say(f"{machine.name} is lost, with {len(pids)} processes")
        for pid in pids:
            self.signal(pid, signal.SIGKILL)

    def storm(self):
        """Kills the head again and again within its start."""
        kills = self.random.randint(3, 8)
        self.say(f"{kills} heads are killed in their start")
        for _ in range(kills):
            head = self.running[self.head.name]
            self.signal(head.pid, signal.SIGKILL)
            head.wait()
            self.start(self.head)
            time.sleep(self.random.uniform(0.005, 0.3))

    def tear(self):
        """Truncates the newest checkpoint of a trial, as a kill in the middle of a save does."""
        trials = os.path.join(self.study, "trials")
        found = []
        for folder, _, files in os.walk(trials):
            with contextlib.suppress(OSError):
                found += [(os.path.getmtime(os.path.join(folder, name)), os.path.join(folder, name))
                          for name in files if name == "epoch"]
        if found:
            _, path = self.random.choice(sorted(found)[-WORKERS:])
            self.say(f"{path} is torn")
            with contextlib.suppress(OSError):
                os.truncate(path, 0)

    def freeze(self):
        machine, pid = self.victim()
        if pid:
            self.say(f"SIGSTOP {pid} on {machine.name} ({self.name_of(pid)})")
            self.signal(pid, signal.SIGSTOP)
            return lambda: self.signal(pid, signal.SIGCONT)

    def cut(self):
        machine = self.random.choice(self.machines)
        self.say(f"link of {machine.name} down")
        machine.inside("ip", "link", "set", "eth0", "down")
        return lambda: machine.inside("ip", "link", "set", "eth0", "up")

    def cut_one_way(self):
        machine = self.random.choice(self.machines)
        chain = self.random.choice(("input", "output"))
        self.say(f"{machine.name} drops its {chain}")
        machine.inside("nft", "add", "rule", "inet", "chaos", chain, "drop")
        return lambda: machine.inside("nft", "flush", "chain", "inet", "chaos", chain)

    def fill_disk(self):
        path = os.path.join(self.disk, "filler")
        self.say("disk full")
        with contextlib.suppress(OSError), open(path, "wb") as file:
            while True:
                file.write(b"\0" * (1 << 16))
                file.flush()
        return lambda: os.path.exists(path) and os.remove(path)

    def inject_fault(self):
        what = self.random.choices([self.kill, self.freeze, self.cut, self.cut_one_way, self.fill_disk,
                                    self.lose_machine, self.storm, self.tear],
                                   [6, 4, 2, 2, 1, 2, 1, 1])[0]
        self.counts[what.__name__] = self.counts.get(what.__name__, 0) + 1
        return what()

    def rage(self):
        """Several faults may last at the same time."""
        mends = []
        until = time.monotonic() + self.options.seconds
        next_fault = time.monotonic() + 3
        ended = None
        while time.monotonic() < until and ended is None:
            now = time.monotonic()
            for mend in [m for m in mends if m[0] <= now]:
                mends.remove(mend)
                mend[1]()
            if now >= next_fault:
                mend = self.inject_fault()
                if mend:
                    mends.append((now + self.random.uniform(0.3, 12), mend))
                next_fault = now + self.random.uniform(0.5, 5)
            ended = self.keep_up()
            time.sleep(0.1)
        for mend in mends:
            mend[1]()
        self.say("no more faults")
        return ended

    def rest(self, ended):
        until = time.monotonic() + self.options.seconds * 3 + 120
        while ended is None:
            if time.monotonic() > until:
                sys.exit("the study did not end")
            time.sleep(0.2)
            ended = self.keep_up()

    # --- Checks.

    def left_over(self):
        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            with contextlib.suppress(OSError), open(f"/proc/{pid}/environ", "rb") as file:
                if self.folder.encode() in file.read():
                    found.append(int(pid))
        return found

    def behind(self, promotion):
        """Message if a program resumed from less than its trial had when it was paused; none otherwise.
        That is legal: checkpoints of the third node that had not reached the head, or that a full disk
        truncated, are lost, and the trial repeats these epochs."""
        log = os.path.join(self.study, "trials", f"{promotion['trial']:04}",
                           f"attempt-{promotion['attempt']}", "stderr.log")
        with contextlib.suppress(OSError), open(log) as file:
            first = file.readline().split()
            if first[:3] == ["starts", "after", "epoch"] and int(first[3]) < promotion["from"]:
                return f"promoted from {promotion['from']}, and started after {first[3]}: {log}"
        return None  # Or the log went with its node.

    @staticmethod
    def moves(events):
        """Number of promotions to another node than that of the previous attempt."""
        last, count = {}, 0
        for event in events:
            for kind in ("TrialStarted", "TrialPromoted"):
                if kind in event:
                    trial, node = event[kind]["trial"], event[kind]["node"]
                    count += kind == "TrialPromoted" and last.get(trial, node) != node
                    last[trial] = node
        return count

    def verify(self):
        failures = []
        time.sleep(10)  # Lease and grace of what a partition may have left.
        for node in self.nodes:
            process = self.running.get(node.name)
            if process and process.poll() is None:
                process.terminate()
                process.wait(15)
        if left := self.left_over():
            failures.append(f"processes left: {[(p, self.name_of(p)) for p in left]}")
        trials = json.loads(self.troupe("trials", self.study, "-f", "json").stdout)
        if len(trials) != TRIALS:
            failures.append(f"{len(trials)} trials instead of {TRIALS}")
        replayed = self.troupe("replay", self.study, check=False)
        self.say(replayed.stdout.strip())
        if replayed.returncode != 0 or "0 differences" not in replayed.stdout:
            failures.append("replay: " + replayed.stdout + replayed.stderr)
        events = json.loads(self.troupe("events", self.study, "-f", "json").stdout)
        promoted = [event["TrialPromoted"] for event in events if "TrialPromoted" in event]
        behind = list(filter(None, map(self.behind, promoted)))
        attempts = sum("TrialStarted" in event for event in events) + len(promoted)
        moved = self.moves(events)
        self.say(f"torments: {self.counts}; {attempts} attempts, {len(promoted)} promotions, "
                 f"{moved} of them on another node, {len(behind)} from an older checkpoint")
        for promotion in behind:
            self.say(promotion)
        for failure in failures:
            self.say("FAILED: " + failure)
        self.say("chaos: " + ("FAILED" if failures else "right"))
        return not failures

    def remove(self, keep):
        for machine in self.machines:
            machine.remove()
        run("ip", "netns", "del", self.switch, check=False)
        if keep:
            kept = os.path.join(self.folder, "kept")
            shutil.copytree(self.disk, kept, symlinks=True, ignore=shutil.ignore_patterns("filler"))
            print("everything is kept in", self.folder)
        run("umount", "-l", self.disk, check=False)
        if not keep:
            shutil.rmtree(self.folder)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--troupe", required=True)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", action="store_true", help="also when all is right")
    options = parser.parse_args()
    options.troupe = os.path.abspath(options.troupe)
    world = World(options)
    right = False
    try:
        world.exchange_keys()
        world.rest(world.rage())
        right = world.verify()
    finally:
        world.remove(keep=options.keep or not right)
    sys.exit(0 if right else 1)


main()
