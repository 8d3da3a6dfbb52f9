#!/usr/bin/env python3
"""A training program that fails at random.

It saves its state after each epoch and resumes from it. Its output is a function of its
hyperparameters and the epoch, so that a moved trial repeats it; failures also depend on the
attempt.
"""
import argparse
import hashlib
import json
import os
import signal
import sys
import time


def chance(*what):
    digest = hashlib.sha256(repr(what).encode()).digest()
    return int.from_bytes(digest[:8], "little") / 2**64


def misbehave(options, epoch):
    draw = chance("misbehaviour", options.x, epoch, os.environ.get("TROUPE_ATTEMPT", "1"))
    if draw < 0.01:
        sys.exit("this program fails now and then")
    if draw < 0.02:
        os.kill(os.getpid(), signal.SIGSEGV)
    if draw < 0.03:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    elif draw < 0.04:  # A grandchild that nobody waits for, in a session of its own.
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
                time.sleep(3600)
            os._exit(0)
    elif draw < 0.05:
        sys.stderr.write("noise " * 200_000)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--x", type=float, required=True)
    parser.add_argument("--epochs", type=int, required=True)
    parser.add_argument("--epoch-seconds", type=float, required=True)
    parser.add_argument("--st_checkpoint_dir", required=True)
    options = parser.parse_args()
    saved = os.path.join(options.st_checkpoint_dir, "epoch")
    start = 0
    if os.path.exists(saved):
        with open(saved) as file:
            start = int(file.read())
    print(f"starts after epoch {start}", file=sys.stderr, flush=True)
    for epoch in range(start + 1, options.epochs + 1):
        time.sleep(options.epoch_seconds * (0.5 + chance("time", options.x, epoch)))
        misbehave(options, epoch)
        os.makedirs(options.st_checkpoint_dir, exist_ok=True)
        with open(saved + ".new", "w") as file:
            file.write(str(epoch))
        os.replace(saved + ".new", saved)
        loss = options.x + 1 / epoch + 0.1 * chance("noise", options.x, epoch)
        print("[tune-metric]: " + json.dumps({"epoch": epoch, "loss": loss}), flush=True)


main()
