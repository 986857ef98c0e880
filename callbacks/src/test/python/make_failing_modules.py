"""Makes the TorchScript modules that fail in one way each, with torch 2.7.1:

    python make_failing_modules.py ../resources/torchscript/failing

Each takes float32 (N, 4) unless its class says otherwise, and none of them has weights to speak of.
`traced-in-training` and what follows it doesn't fail, but is in training mode for good.
"""

import io
import pathlib
import sys
from typing import List

import torch
from torch import nn

from make_batchnorm_modules import save_without_debug_files

library = torch.library.Library("absent", "DEF")
library.define("nms(Tensor boxes) -> Tensor")
library.impl("nms", lambda boxes: boxes, "CPU")


class Raises(nn.Module):
    def forward(self, x):
        if x.size(1) != 5:
            raise ValueError("want 5 features, got " + str(x.size(1)))
        return x


class Asserts(nn.Module):
    def forward(self, x):
        assert x.size(1) == 5, "want 5 features, got 4"
        return x


class SeveralLines(nn.Module):
    def forward(self, x):
        if x.size(1) != 5:
            raise RuntimeError("want 5 features\n  got " + str(x.size(1)))
        return x


class WordsOfLibtorch(nn.Module):
    """Raises in words that libtorch has for something else, in a statement of several lines."""

    def forward(self, x):
        if x.size(1) != 5:
            raise ValueError(
                "the two sequences should be the same length; "
                "mat1 and mat2 shapes cannot be multiplied"
            )
        return x


class NoWords(nn.Module):
    def forward(self, x):
        if x.size(1) != 5:
            raise ValueError("")
        return x


class ColonAtTheEnd(nn.Module):
    def forward(self, x):
        if x.size(1) != 5:
            raise ValueError("\nwant 5 features:\n")
        return x


class BatchStatistics(nn.Module):
    """Takes the statistics of the batch in evaluation, too, so that one row is too few."""

    def __init__(self):
        super().__init__()
        self.norm = nn.BatchNorm1d(4, track_running_stats=False)

    def forward(self, x):
        return self.norm(x)


class Operator(nn.Module):
    def forward(self, x):
        return torch.ops.absent.nms(x)


class OnGpu(nn.Module):
    def forward(self, x):
        return x + torch.zeros(4, device="cuda:0")


class ToGpu(nn.Module):
    def forward(self, x):
        return x.to("cuda:0")


class Weights(nn.Module):
    def __init__(self, dtype=torch.float32):
        super().__init__()
        self.out = nn.Linear(4, 2, dtype=dtype)

    def forward(self, x):
        return self.out(x)


class TwoInputs(nn.Module):
    def forward(self, x, mask):
        return x * mask


class ListOfLists(nn.Module):
    def forward(self, xs: List[List[torch.Tensor]]):
        return xs[0][0]


class Embedding(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(3, 2)

    def forward(self, x):
        return self.embedding(x.abs().long() + 3)


class Memory(nn.Module):
    def forward(self, x):
        return torch.zeros(1 << 50) + x.sum()


class NoForward(nn.Module):
    @torch.jit.export
    def encode(self, x: torch.Tensor):
        return x


class Dropout(nn.Module):
    def __init__(self):
        super().__init__()
        self.out = nn.Linear(4, 2)
        self.drop = nn.Dropout(0.5)

    def forward(self, x):
        return self.drop(self.out(x))


class Normalised(nn.Module):
    def __init__(self, norm):
        super().__init__()
        self.norm = norm

    def forward(self, x):
        return self.norm(x)


def changed(module, change):
    """The same module, with the change made to each of its records."""
    saved = io.BytesIO()
    torch.jit.save(module, saved)
    reader = torch._C.PyTorchFileReader(io.BytesIO(saved.getvalue()))
    written = io.BytesIO()
    writer = torch._C.PyTorchFileWriter(written)
    for name in reader.get_all_records():
        if not name.endswith(".debug_pkl") and name not in ("version", ".data/serialization_id"):
            record = change(name, reader.get_record(name))
            writer.write_record(name, record, len(record))
    writer.write_end_of_file()
    return written.getvalue()


def on_gpu(name, record):
    """Text in a pickle has its length before it."""
    if not name.endswith(".pkl"):
        return record
    return record.replace(b"X\3\0\0\0cpu", b"X\6\0\0\0cuda:0")


def main(folder):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    scripted = {
        "raises": Raises(),
        "asserts": Asserts(),
        "several-lines": SeveralLines(),
        "batch-statistics": BatchStatistics(),
        "operator": Operator(),
        "on-gpu": OnGpu(),
        "to-gpu": ToGpu(),
        "float64": Weights(torch.float64),
        "two-inputs": TwoInputs(),
        "list-of-lists": ListOfLists(),
        "embedding": Embedding(),
        "memory": Memory(),
        "no-forward": NoForward(),
        "no-words": NoWords(),
        "colon": ColonAtTheEnd(),
        "images": nn.BatchNorm2d(2),
        "wrong-shape": nn.Sequential(nn.Linear(5, 2)),
    }
    for name, module in scripted.items():
        torch.manual_seed(0)
        save_without_debug_files(module.eval(), folder / f"{name}.pt")
    torch.jit.script(WordsOfLibtorch().eval()).save(folder / "words-of-libtorch.pt")
    (folder / "weights-on-gpu.pt").write_bytes(changed(torch.jit.script(Weights().eval()), on_gpu))
    x = torch.randn(3, 4)
    traced = {
        "traced-in-training": (Dropout().train(), x),
        "traced-batch-norm": (Normalised(nn.BatchNorm1d(4)).train(), x),
        "traced-in-evaluation": (nn.Sequential(Dropout(), nn.BatchNorm1d(2)).eval(), x),
    }
    for name, (module, example) in traced.items():
        torch.manual_seed(0)
        graph = torch.jit.trace(module, example, check_trace=False)
        (folder / f"{name}.pt").write_bytes(changed(graph, lambda _, record: record))


if __name__ == "__main__":
    main(sys.argv[1])
