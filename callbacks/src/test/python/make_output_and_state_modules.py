"""Makes the TorchScript modules whose outputs have names, or that keep something, with torch 2.7.1:

    python make_output_and_state_modules.py ../resources/torchscript

Each takes (rows, 4). expected-outputs.json has what PyTorch gives for the rows of probe.bin.
"""

import io
import json
import pathlib
import sys
import zipfile
from typing import Dict, List, NamedTuple, Optional, Tuple

import torch
from torch import nn
from torch.nn import functional as F


class OfDict(nn.Module):
    """The main output comes first, as in torchvision's segmentation models."""

    def __init__(self):
        super().__init__()
        self.main = nn.Linear(4, 3)
        self.side = nn.Linear(4, 3)

    def forward(self, x) -> Dict[str, torch.Tensor]:
        answer: Dict[str, torch.Tensor] = {}
        answer["out"] = self.main(x)
        answer["aux"] = self.side(x)
        answer["z"] = x
        answer["a"] = x + 1
        return answer


class Answer(NamedTuple):
    loss: torch.Tensor
    logits: torch.Tensor


class OfNamedTuple(nn.Module):
    def __init__(self):
        super().__init__()
        self.main = nn.Linear(4, 3)

    def forward(self, x):
        z = self.main(x)
        return Answer(z.logsumexp(1).mean(), z)


class OfNone(nn.Module):
    """The attention that nobody asked for, as in nn.MultiheadAttention."""

    def __init__(self):
        super().__init__()
        self.main = nn.Linear(4, 3)

    def forward(self, x) -> Tuple[torch.Tensor, Optional[torch.Tensor]]:
        return self.main(x), None


class OfNested(nn.Module):
    def __init__(self):
        super().__init__()
        self.main = nn.Linear(4, 3)

    def forward(self, x) -> Tuple[Optional[torch.Tensor], Tuple[torch.Tensor, Dict[str, torch.Tensor]], float]:
        z = self.main(x)
        return None, (z, {"hidden": x * 2}), 0.5

    @torch.jit.export
    def get_embeddings(self, x):
        return self.main(x).tanh()


class Features(nn.Module):
    """Keeps its last features in an attribute, and reads them a line later."""

    def __init__(self):
        super().__init__()
        self.body = nn.Linear(4, 256)
        self.gate = nn.Linear(4, 256)
        self.head = nn.Linear(256, 3)
        self.features = torch.zeros(1)

    def forward(self, x):
        self.features = self.body(x).relu()
        gate = torch.sigmoid(self.gate(x))
        return self.head(self.features * gate)


class Counter(nn.Module):
    """Counts its batches, and what it gives depends on how many there were."""

    def __init__(self):
        super().__init__()
        self.main = nn.Linear(4, 3)
        self.count = 0

    def forward(self, x):
        self.count += 1
        return self.main(x) * self.count


class Cache(nn.Module):
    """A list and a dict that grow."""

    seen: List[torch.Tensor]
    last: Dict[str, torch.Tensor]

    def __init__(self):
        super().__init__()
        self.main = nn.Linear(4, 3)
        self.seen = []
        self.last = {}

    def remember(self, store: List[torch.Tensor], x):
        store.append(x.mean(0))

    def forward(self, x):
        self.remember(self.seen, x)
        self.last["x"] = x
        return self.main(x) + len(self.seen)


class Average(nn.Module):
    """A buffer that is changed in place, behind a view of it."""

    def __init__(self):
        super().__init__()
        self.main = nn.Linear(4, 3)
        self.register_buffer("mean", torch.zeros(2, 4))

    def forward(self, x):
        row = self.mean[1]
        row.mul_(0.5).add_(x.mean(0))
        return self.main(x + self.mean[1])


class Statistics(nn.Module):
    """Whether it updates its statistics is in an attribute, so its code doesn't say."""

    def __init__(self, update: bool):
        super().__init__()
        self.main = nn.Linear(4, 3)
        self.register_buffer("running_mean", torch.zeros(3))
        self.register_buffer("running_var", torch.ones(3))
        self.update = update

    def forward(self, x):
        z = F.batch_norm(self.main(x), self.running_mean, self.running_var, training=self.update)
        return z + self.running_mean


class Usual(nn.Module):
    """In place, but only on what the forward has made; and norms and dropout of evaluation."""

    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(4, 6), nn.BatchNorm1d(6), nn.ReLU(inplace=True), nn.Dropout(0.4), nn.Linear(6, 3)
        )

    def forward(self, x):
        parts: List[torch.Tensor] = []
        for i in range(2):
            parts.append(self.net(x))
        z = torch.stack(parts).mean(0)
        z += 1
        z[:, 0] = 0.0
        return z


def save(module, path):
    """torch.jit.save adds debug files that hold the paths of the machine; loading needs none."""
    buffer = io.BytesIO()
    torch.jit.save(module, buffer)
    reader = torch._C.PyTorchFileReader(io.BytesIO(buffer.getvalue()))
    writer = torch._C.PyTorchFileWriter(str(path))
    for name in reader.get_all_records():
        if not name.endswith(".debug_pkl") and name not in ("version", "byteorder", ".data/serialization_id"):
            record = reader.get_record(name)
            writer.write_record(name, record, len(record))
    writer.write_end_of_file()


def main(folder):
    torch.manual_seed(11)
    torch.set_num_threads(1)
    x = torch.randn(64, 4)
    x.numpy().astype("<f4").tofile(folder / "probe.bin")
    expected = {}
    modules = {
        "dict": OfDict(),
        "named-tuple": OfNamedTuple(),
        "none": OfNone(),
        "nested": OfNested(),
        "features": Features(),
        "counter": Counter(),
        "cache": Cache(),
        "average": Average(),
        "statistics": Statistics(True),
        "fixed-statistics": Statistics(False),
        "usual": Usual(),
    }
    with torch.no_grad():
        for name, module in modules.items():
            scripted = torch.jit.script(module.eval())
            save(scripted, folder / f"{name}.pt")
            if name in ("features", "counter", "cache", "average", "statistics", "fixed-statistics", "usual"):
                expected[name] = [[round(v, 6) for v in row] for row in scripted(x[:8]).tolist()]
            elif name == "dict":
                expected[name] = [[round(v, 6) for v in row] for row in scripted(x[:8])["out"].tolist()]
        dropping = nn.Sequential(nn.Linear(4, 3), nn.Dropout(0.3)).train()
        save(torch.jit.trace(dropping, x, check_trace=False), folder / "traced-in-training.pt")
        save(torch.jit.trace(Usual().eval(), x), folder / "traced.pt")
    (folder / "expected-outputs.json").write_text(json.dumps(expected, indent=1) + "\n")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
