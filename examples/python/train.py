#!/usr/bin/env python3
"""Logistic regression by SGD on two noisy spirals, written for Syne Tune and run unchanged.

It prints Syne Tune's report line after each epoch and goes on from its checkpoint in
`--st_checkpoint_dir`. Standard library only.
"""

import argparse
import json
import math
import os
import random
import sys
import time


def spirals(count, rng):
    """Points of two interleaved spirals, and which of the two each belongs to."""
    points = []
    for i in range(count):
        label = i % 2
        turn = 8.0 * math.sqrt(rng.random())
        angle = turn + math.pi * label
        x = turn * math.cos(angle) + rng.gauss(0, 0.5)
        y = turn * math.sin(angle) + rng.gauss(0, 0.5)
        points.append((x, y, label))
    return points


def features(x, y, frequencies):
    """Random Fourier features: a linear model of them can bend."""
    return [math.cos(a * x + b * y + c) for a, b, c in frequencies]


def probability(weights, row):
    z = sum(w * v for w, v in zip(weights, row))
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, z))))


def error(weights, rows, labels):
    guesses = [probability(weights, row) > 0.5 for row in rows]
    wrong = sum(guess != bool(label) for guess, label in zip(guesses, labels))
    return wrong / len(rows)


class Report:
    """As `syne_tune.Reporter`: one line of JSON behind a tag."""

    def __init__(self):
        self.began = time.time()
        self.iteration = 0

    def __call__(self, **values):
        values["st_worker_timestamp"] = time.time()
        values["st_worker_time"] = time.time() - self.began
        values["st_worker_iter"] = self.iteration
        self.iteration += 1
        print("[tune-metric]: " + json.dumps(values))
        sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lr", type=float, required=True)
    parser.add_argument("--momentum", type=float, default=0.0)
    parser.add_argument("--width", type=float, default=1.0, help="of the random frequencies")
    parser.add_argument("--features", type=int, default=32)
    parser.add_argument("--weight_decay", type=float, default=0.0)
    parser.add_argument("--epochs", type=int, required=True)
    parser.add_argument("--st_checkpoint_dir", type=str)
    args = parser.parse_args()

    rng = random.Random(0)
    training, validation = spirals(300, rng), spirals(400, rng)
    frequencies = [
        (rng.gauss(0, args.width), rng.gauss(0, args.width), rng.uniform(0, 2 * math.pi))
        for _ in range(args.features)
    ]
    rows = [features(x, y, frequencies) for x, y, _ in training]
    held_out = [features(x, y, frequencies) for x, y, _ in validation]
    labels, held_out_labels = [p[2] for p in training], [p[2] for p in validation]

    weights, velocity, resume_from = [0.0] * args.features, [0.0] * args.features, 0
    checkpoint = args.st_checkpoint_dir and os.path.join(args.st_checkpoint_dir, "checkpoint.json")
    if checkpoint and os.path.exists(checkpoint):
        with open(checkpoint) as file:
            state = json.load(file)
        weights, velocity, resume_from = state["weights"], state["velocity"], state["epoch"]

    report = Report()
    for epoch in range(resume_from + 1, args.epochs + 1):
        order = list(range(len(rows)))
        random.Random(epoch).shuffle(order)
        for i in order:
            step = labels[i] - probability(weights, rows[i])
            for k, value in enumerate(rows[i]):
                pull = step * value - args.weight_decay * weights[k]
                velocity[k] = args.momentum * velocity[k] + args.lr * pull
                weights[k] += velocity[k]
        if checkpoint:
            os.makedirs(args.st_checkpoint_dir, exist_ok=True)
            with open(checkpoint + ".unfinished", "w") as file:
                json.dump({"weights": weights, "velocity": velocity, "epoch": epoch}, file)
            os.replace(checkpoint + ".unfinished", checkpoint)
        report(epoch=epoch, val_error=error(weights, held_out, held_out_labels))


if __name__ == "__main__":
    main()
