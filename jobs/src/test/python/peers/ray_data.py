"""Ray Data's `map_batches` over a materialized dataset, by tasks or by actors."""

import gc
import os

os.environ["RAY_USAGE_STATS_ENABLED"] = "0"

import numpy as np
import ray
import torch

from network import Network, sums
from protocol import serve

BATCH = 1024


def stacked(rows):
    return {"x": np.stack(rows["x"]), "class": rows["class"]}


def sums_of(network, rows):
    """One row, for a block of the dataset."""
    x, classes = torch.from_numpy(rows["x"]), torch.from_numpy(rows["class"])
    hits, loss = sums(network, x, classes, BATCH)
    return {"rows": [len(x)], "hits": [hits], "loss": [loss]}


def network_of(weights):
    torch.set_num_threads(1)
    # Views of Ray's shared memory: nothing is copied.
    arrays = ray.get(weights)
    return Network({name: torch.from_numpy(array) for name, array in arrays.items()})


def by_task(rows, weights):
    return sums_of(network_of(weights), rows)


class Actor:
    def __init__(self, weights):
        self.network = network_of(weights)

    def __call__(self, rows):
        return sums_of(self.network, rows)


class RayData:
    def __init__(self, cores):
        self.cores = cores
        # A cluster of its own, whatever else runs here.
        ray.init(
            address="local",
            num_cpus=cores,
            include_dashboard=False,
            object_store_memory=2 * 2**30,
            _node_ip_address="127.0.0.1",
        )
        context = ray.data.DataContext.get_current()
        context.enable_progress_bars = False
        context.print_on_execution_start = False

    def load(self, folder):
        rows = ray.data.read_parquet(folder, columns=["x", "class"])
        # As many blocks as cores: whole tensors, in Ray's shared memory.
        self.data = rows.map_batches(stacked).repartition(self.cores).materialize()
        return self.data.count()

    def take(self, weights):
        # Plans of earlier evaluations are cyclic garbage that keeps weights in the store.
        gc.collect()
        self.weights = {name: weight.numpy() for name, weight in weights.items()}

    def evaluate(self, variant):
        weights = ray.put(self.weights)
        each = {"batch_size": None, "batch_format": "numpy", "zero_copy_batch": True}
        if variant == "tasks":
            parts = self.data.map_batches(by_task, fn_kwargs={"weights": weights}, **each)
        else:
            pool = ray.data.ActorPoolStrategy(size=self.cores)
            parts = self.data.map_batches(
                Actor, fn_constructor_kwargs={"weights": weights}, compute=pool, **each
            )
        parts = parts.take_all()
        rows = sum(part["rows"] for part in parts)
        return sum(part["hits"] for part in parts) / rows, sum(p["loss"] for p in parts) / rows

    def close(self):
        ray.shutdown()


serve(RayData, "torch", "ray")
