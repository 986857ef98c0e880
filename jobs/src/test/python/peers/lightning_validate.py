"""Lightning's `Trainer.validate`, from memory or through two workers of a DataLoader."""

import logging

import lightning
import torch
from torch.utils.data import DataLoader, Dataset

from network import Network, hits, loss, read_rows
from protocol import serve

BATCH = 1024
WORKERS = {"memory": 0, "workers": 2}


class Batches(Dataset):
    """Whole batches: far cheaper than rows that are collated one by one."""

    def __init__(self, x, classes):
        self.batches = list(zip(x.split(BATCH), classes.split(BATCH)))

    def __len__(self):
        return len(self.batches)

    def __getitem__(self, index):
        return self.batches[index]


class Validation(lightning.LightningModule):
    def __init__(self, weights):
        super().__init__()
        self.network = Network(weights)

    def on_validation_epoch_start(self):
        self.rows, self.hits, self.loss = 0, 0, 0

    def validation_step(self, batch, index):
        x, classes = batch
        logits = self.network(x, classes)
        self.rows += len(x)
        self.hits += hits(logits, classes)
        self.loss += loss(logits, classes)

    def on_validation_epoch_end(self):
        # As float64: the trainer's own means are float32.
        self.metrics = int(self.hits) / self.rows, float(self.loss) / self.rows


class LightningValidate:
    def __init__(self, cores):
        logging.getLogger("lightning.pytorch").setLevel(logging.WARNING)
        torch.set_num_threads(cores)
        self.loaders = {}
        self.trainer = lightning.Trainer(
            accelerator="cpu",
            devices=1,
            logger=False,
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
        )

    def load(self, folder):
        batches = Batches(*read_rows(folder))
        self.loaders = {
            variant: DataLoader(
                batches, batch_size=None, num_workers=workers, persistent_workers=workers > 0
            )
            for variant, workers in WORKERS.items()
        }
        return sum(len(x) for x, _ in batches)

    def take(self, weights):
        self.module = Validation(weights)

    def evaluate(self, variant):
        self.trainer.validate(self.module, self.loaders[variant], verbose=False)
        return self.module.metrics

    def close(self):
        self.loaders.clear()


serve(LightningValidate, "torch", "lightning")
