"""Makes models whose outputs have positions, names, or both, with torch 2.7.1, scikit-learn and skl2onnx:

    python make_output_modules.py ../resources

All take rows of four features, those of torchscript/probe.bin. outputs/expected.json has what PyTorch and
scikit-learn give for the first eight rows, and outputs/expected-batches.json what the modules of
make_output_and_state_modules.py that keep something give for each four rows alone, on a module that was loaded for them.
"""

import io
import json
import pathlib
import sys
from typing import Dict, List, NamedTuple, Tuple

import numpy
import torch
from skl2onnx import to_onnx
from sklearn.linear_model import LogisticRegression
from torch import nn

from make_output_and_state_modules import save

ROWS = 8
BATCH = 4
KEEPING = ("features", "counter", "cache", "average", "statistics")


class Two(nn.Module):
    def __init__(self):
        super().__init__()
        self.main = nn.Linear(4, 3)
        self.side = nn.Linear(4, 3)


class OfTuple(Two):
    def forward(self, x) -> Tuple[torch.Tensor, torch.Tensor]:
        return self.side(x), self.main(x)


class OfLossAndLogits(Two):
    """As models of transformers with labels return it."""

    def forward(self, x) -> Tuple[torch.Tensor, torch.Tensor]:
        z = self.main(x)
        return z.logsumexp(1).mean(), z


class Heads(NamedTuple):
    aux: torch.Tensor
    logits: torch.Tensor


class OfHeads(Two):
    def forward(self, x):
        return Heads(self.side(x), self.main(x))


class OfNumbers(Two):
    """Keys that are numbers, and not the positions."""

    def forward(self, x) -> Dict[int, torch.Tensor]:
        answer: Dict[int, torch.Tensor] = {}
        answer[1] = self.main(x)
        answer[0] = self.side(x)
        return answer


class OfNames(Two):
    """Any names, for outputs of the same numbers."""

    def __init__(self, names: List[str]):
        super().__init__()
        self.names = names

    def forward(self, x) -> Dict[str, torch.Tensor]:
        answer: Dict[str, torch.Tensor] = {}
        for name in self.names:
            answer[name] = self.main(x)
        return answer


class OfPaths(Two):
    """heads.aux and heads_aux are one column where dots become underscores."""

    def forward(self, x) -> Tuple[Dict[str, torch.Tensor], torch.Tensor]:
        answer: Dict[str, torch.Tensor] = {}
        answer["a"] = self.main(x)
        answer["b"] = self.side(x)
        return answer, self.main(x)


def rounded(tensor):
    return [[round(v, 6) for v in row] for row in tensor.tolist()]


def write_modules(folder, x, expected):
    modules = {
        "tuple": OfTuple(),
        "loss-logits": OfLossAndLogits(),
        "heads": OfHeads(),
        "numbers": OfNumbers(),
        "paths": OfPaths(),
        "name-row": OfNames(["row", "other"]),
        "name-y": OfNames(["other", "y"]),
        "names-alike": OfNames(["Logits", "logits"]),
        "names-dots": OfNames(["a.b", "a_b"]),
    }
    for name, module in modules.items():
        scripted = torch.jit.script(module.eval())
        save(scripted, folder / f"{name}.pt")
        expected[name] = {"main": rounded(module.main(x)), "side": rounded(module.side(x))}


def write_batches(folder, x):
    batches = {}
    for name in KEEPING:
        content = (folder / "torchscript" / f"{name}.pt").read_bytes()
        batches[name] = [
            row
            for start in range(0, len(x), BATCH)
            for row in rounded(torch.jit.load(io.BytesIO(content))(x[start : start + BATCH]))
        ]
    (folder / "outputs" / "expected-batches.json").write_text(json.dumps(batches) + "\n")


def write_classifier(folder, x, expected):
    random = numpy.random.default_rng(5)
    features = random.normal(size=(200, 4)).astype(numpy.float32)
    # One class in three, as in most datasets of scikit-learn, and text for the same classes.
    classes = features[:, :3].argmax(1)
    for name, labels, options in (
        ("classifier", classes, {"zipmap": False}),
        ("classifier-zipmap", classes, {"zipmap": True}),
        ("classifier-columns", classes, {"zipmap": "columns"}),
        ("classifier-text", numpy.array(["a", "b", "c"])[classes], {"zipmap": False}),
        ("classifier-two", (classes == 1).astype(numpy.int64), {"zipmap": False}),
    ):
        model = LogisticRegression().fit(features, labels)
        onnx = to_onnx(model, features[:1], options={id(model): options}, target_opset=17)
        (folder / f"{name}.onnx").write_bytes(onnx.SerializeToString())
        expected[name] = {
            "label": model.predict(x.numpy()).tolist(),
            "probabilities": [[round(v, 6) for v in row] for row in model.predict_proba(x.numpy()).tolist()],
        }


def main(folder):
    torch.manual_seed(12)
    torch.set_num_threads(1)
    numbers = numpy.fromfile(folder / "torchscript" / "probe.bin", dtype="<f4").reshape(-1, 4)
    x = torch.from_numpy(numbers)
    outputs = folder / "outputs"
    outputs.mkdir(exist_ok=True)
    expected = {}
    with torch.no_grad():
        write_modules(outputs, x[:ROWS], expected)
        write_classifier(outputs, x[:ROWS], expected)
        write_batches(folder, x)
    (outputs / "expected.json").write_text(json.dumps(expected) + "\n")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
