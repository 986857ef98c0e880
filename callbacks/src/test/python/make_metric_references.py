"""Writes metric_references.json: values of scikit-learn and torchmetrics that the metrics must agree with.

Needs scikit-learn, torchmetrics, torch and numpy; run it in this folder.
"""

import json
import warnings

import numpy as np
import sklearn
import sklearn.metrics as sk
import torch
import torchmetrics
import torchmetrics.functional as tm

warnings.filterwarnings("ignore")
rng = np.random.default_rng(20261124)
cases = []


def case(metric, outputs, targets, expected, **arguments):
    cases.append(
        {
            "metric": metric,
            "arguments": arguments,
            "shape": list(np.shape(outputs)),
            "outputs": np.asarray(outputs, dtype=np.float64).ravel().tolist(),
            "targetShape": list(np.shape(targets)),
            "targets": np.asarray(targets, dtype=np.float64).ravel().tolist(),
            "expected": float(expected),
        }
    )


def softmax(x):
    return torch.softmax(torch.tensor(x, dtype=torch.float64), -1).numpy()


def classification(rows, classes, absent):
    logits = rng.normal(size=(rows, classes))
    targets = rng.integers(0, classes - absent, size=rows)
    logits[np.arange(rows), targets] += 1.0
    probabilities = softmax(logits)
    predicted = logits.argmax(1)
    labels = list(range(classes))
    case("accuracy", logits, targets, sk.accuracy_score(targets, predicted))
    case("confusion_matrix", logits, targets, sk.accuracy_score(targets, predicted), classes=classes)
    for k in (1, 2, classes) if classes > 2 else ():
        case("top_k", logits, targets, sk.top_k_accuracy_score(targets, logits, k=k, labels=labels), k=k)
    for average in ("micro", "macro", "weighted"):
        kwargs = dict(average=average, zero_division=0)
        arguments = dict(classes=classes, average=average)
        case("precision", logits, targets, sk.precision_score(targets, predicted, **kwargs), **arguments)
        case("recall", logits, targets, sk.recall_score(targets, predicted, **kwargs), **arguments)
        case("f1", logits, targets, sk.f1_score(targets, predicted, **kwargs), **arguments)
        case("f_beta", logits, targets, sk.fbeta_score(targets, predicted, beta=2, **kwargs), beta=2, **arguments)
    onehot = np.eye(classes)[targets]
    for kind, outputs in (("LOGITS", logits), ("PROBABILITIES", probabilities)):
        case("log_loss", outputs, targets, sk.log_loss(targets, probabilities, labels=labels), kind=kind)
        case("brier", outputs, targets, ((probabilities - onehot) ** 2).sum(1).mean(), kind=kind)
        for bins in (5, 15):
            expected = tm.calibration_error(
                torch.tensor(probabilities), torch.tensor(targets), task="multiclass", num_classes=classes, n_bins=bins
            )
            case("calibration_error", outputs, targets, expected, kind=kind, bins=bins)


def binary(rows, ties):
    scores = rng.normal(size=rows)
    targets = rng.integers(0, 2, size=rows)
    scores += targets
    if ties:
        scores = np.round(scores)
    two = np.stack([np.zeros(rows), scores], 1)
    for outputs in (scores, scores[:, None], two):
        case("roc_auc", outputs, targets, sk.roc_auc_score(targets, scores))
        case("average_precision", outputs, targets, sk.average_precision_score(targets, scores))
    predicted = two.argmax(1)
    case("precision", two, targets, sk.precision_score(targets, predicted, zero_division=0), classes=2, average="binary")
    case("recall", two, targets, sk.recall_score(targets, predicted, zero_division=0), classes=2, average="binary")
    case("f1", two, targets, sk.f1_score(targets, predicted, zero_division=0), classes=2, average="binary")
    # Scores in the middle of bins: binning changes nothing then.
    bins = 10
    middles = (rng.integers(0, bins, size=rows) + 0.5) / bins
    case("roc_auc_binned", middles, targets, sk.roc_auc_score(targets, middles), bins=bins)
    case("average_precision_binned", middles, targets, sk.average_precision_score(targets, middles), bins=bins)
    both = np.stack([1 - middles, middles], 1)
    case("roc_auc_binned", both, targets, sk.roc_auc_score(targets, middles), bins=bins)


def regression(shape, offset):
    targets = rng.normal(size=shape) * 3 + offset
    outputs = targets + rng.normal(size=shape)
    y, p = targets.ravel(), outputs.ravel()
    case("mse", outputs, targets, sk.mean_squared_error(y, p))
    case("rmse", outputs, targets, sk.root_mean_squared_error(y, p))
    case("mae", outputs, targets, sk.mean_absolute_error(y, p))
    case("mape", outputs, targets, sk.mean_absolute_percentage_error(y, p))
    case("r2", outputs, targets, sk.r2_score(y, p))
    case("pearson", outputs, targets, np.corrcoef(y, p)[0, 1])
    rows = shape[0]
    error = np.linalg.norm((outputs - targets).reshape(rows, -1), axis=1)
    norm = np.linalg.norm(targets.reshape(rows, -1), axis=1)
    case("relative_l2", outputs, targets, (error / norm).mean())
    for q in (0.5, 0.95, 1.0):
        expected = np.quantile(np.abs(p - y), q, method="lower")
        case("error_quantile", outputs, targets, expected, quantile=q)


def language(rows, tokens, vocabulary):
    logits = rng.normal(size=(rows, tokens, vocabulary))
    targets = rng.integers(0, vocabulary, size=(rows, tokens))
    targets[:, -1] = -100
    expected = tm.text.perplexity(
        torch.tensor(logits), torch.tensor(targets), ignore_index=-100
    )
    case("perplexity", logits, targets, expected)


def sigmoid(x):
    return torch.sigmoid(torch.tensor(x, dtype=torch.float64)).numpy()


def one_column(rows):
    """A logit or a probability for each row, of two classes; targets of all shapes that occur."""
    logits = np.round(rng.normal(size=rows) * 2, 3)
    targets = rng.integers(0, 2, size=rows)
    logits += targets
    p = sigmoid(logits)
    predicted = p > 0.5
    for kind, scores in (("LOGITS", logits), ("PROBABILITIES", p)):
        for outputs, labels in (
            (scores[:, None], targets),
            (scores, targets),
            (scores[:, None], targets[:, None]),
            (scores[:, None, None], targets[:, None]),
        ):
            case("accuracy", outputs, labels, sk.accuracy_score(targets, predicted), kind=kind)
        outputs, labels = scores[:, None], targets
        arguments = dict(kind=kind, classes=2, average="binary")
        case("f1", outputs, labels, sk.f1_score(targets, predicted), **arguments)
        case("precision", outputs, labels, sk.precision_score(targets, predicted), **arguments)
        case("recall", outputs, labels, sk.recall_score(targets, predicted), **arguments)
        arguments["average"] = "macro"
        case("f1", outputs, labels, sk.f1_score(targets, predicted, average="macro"), **arguments)
        case("mcc", outputs, labels, sk.matthews_corrcoef(targets, predicted), kind=kind, classes=2)
        case("confusion_matrix", outputs, labels, sk.accuracy_score(targets, predicted), kind=kind, classes=2)
        case("top_k", outputs, labels, sk.accuracy_score(targets, predicted), kind=kind, k=1)
        case("log_loss", outputs, labels, sk.log_loss(targets, p), kind=kind)
        case("brier", outputs, labels, sk.brier_score_loss(targets, p), kind=kind)
        case("roc_auc", outputs, labels, sk.roc_auc_score(targets, p), kind=kind)
        for bins in (5, 15):
            expected = tm.calibration_error(torch.tensor(p), torch.tensor(targets), task="binary", n_bins=bins)
            case("calibration_error", outputs, labels, expected, kind=kind, bins=bins)
    binary = torch.nn.functional.binary_cross_entropy_with_logits(torch.tensor(logits), torch.tensor(targets).double())
    case("cross_entropy", logits[:, None], targets, binary)


def places(shape, classes, dimension, targets_shape=None, **arguments):
    """Classes along a dimension, and targets for each place of the others, some of them to ignore."""
    logits = np.round(rng.normal(size=shape), 3)
    last = np.moveaxis(logits, dimension, -1)
    ignored = arguments.get("ignored", -100)
    targets = rng.integers(0, classes, size=last.shape[:-1])
    np.put_along_axis(last, targets[..., None], np.round(np.take_along_axis(last, targets[..., None], -1) + 1, 3), -1)
    targets[rng.random(targets.shape) < 0.3] = ignored
    targets[0] = ignored  # a row of nothing else
    z, y = last.reshape(-1, classes), targets.ravel()
    keep = y != ignored
    zk, yk = z[keep], y[keep]
    predicted = zk.argmax(1)
    labels = list(range(classes))
    given = targets if targets_shape is None else targets.reshape(targets_shape)
    first = torch.tensor(np.moveaxis(logits, dimension, 1))
    cross_entropy = torch.nn.functional.cross_entropy(first, torch.tensor(targets), ignore_index=ignored)
    case("cross_entropy", logits, given, cross_entropy, **arguments)
    case("accuracy", logits, given, sk.accuracy_score(yk, predicted), **arguments)
    case("top_k", logits, given, sk.top_k_accuracy_score(yk, zk, k=2, labels=labels), k=2, **arguments)
    case("f1", logits, given, sk.f1_score(yk, predicted, average="macro"), classes=classes, average="macro", **arguments)
    case("precision", logits, given, sk.precision_score(yk, predicted, average="weighted", zero_division=0), classes=classes, average="weighted", **arguments)
    case("mcc", logits, given, sk.matthews_corrcoef(yk, predicted), classes=classes, **arguments)
    case("log_loss", logits, given, sk.log_loss(yk, softmax(zk), labels=labels), kind="LOGITS", **arguments)
    onehot = np.eye(classes)[yk]
    case("brier", logits, given, ((softmax(zk) - onehot) ** 2).sum(1).mean(), kind="LOGITS", **arguments)
    expected = tm.calibration_error(torch.tensor(softmax(zk)), torch.tensor(yk), task="multiclass", num_classes=classes, n_bins=10)
    case("calibration_error", logits, given, expected, kind="LOGITS", bins=10, **arguments)


def binary_places(shape, targets_shape, **arguments):
    """A logit for each place, as of a segmentation of one class."""
    logits = np.round(rng.normal(size=shape), 3)
    targets = rng.integers(0, 2, size=logits.size)
    targets[rng.random(logits.size) < 0.2] = -100
    keep = targets != -100
    z, y = logits.ravel()[keep], targets[keep]
    given = targets.reshape(targets_shape)
    case("accuracy", logits, given, sk.accuracy_score(y, z > 0), **arguments)
    case("f1", logits, given, sk.f1_score(y, z > 0), classes=2, average="binary", **arguments)
    case("cross_entropy", logits, given, sk.log_loss(y, sigmoid(z)), **arguments)
    case("average_precision", logits, given, sk.average_precision_score(y, z), **arguments)


def one_hot(shape, axis):
    logits = np.round(rng.normal(size=shape), 3)
    last = np.moveaxis(logits, axis, -1)
    targets = rng.integers(0, shape[axis], size=last.shape[:-1])
    hot = np.moveaxis(np.eye(shape[axis])[targets], -1, axis)
    first = torch.tensor(np.moveaxis(logits, axis, 1))
    case("cross_entropy", logits, hot, torch.nn.functional.cross_entropy(first, torch.tensor(targets)), axis=axis)
    case("accuracy", logits, hot, (last.argmax(-1) == targets).mean(), axis=axis)


classification(97, 5, 0)
classification(40, 4, 1)
classification(30, 2, 0)
binary(80, False)
binary(80, True)
regression((50,), 0)
regression((20, 3), 10)
regression((4, 5, 6), -1e6)
language(3, 7, 11)
one_column(40)
places((12, 5, 4), 4, -1)
places((12, 4, 5), 4, 1)
places((6, 3, 4, 5), 3, 1)
places((6, 3, 4, 5), 3, 1, (6, 1, 4, 5))
places((6, 4, 5, 3), 3, -1)
places((6, 4, 5, 3), 3, -1, (6, 4, 5, 1))
places((9, 4, 4), 4, 1, axis=1)
places((9, 4, 4), 4, -1, axis=-1)
places((9, 4, 4), 4, 2, axis=2)
places((10, 3, 2), 3, 1, ignored=255)
binary_places((8, 5, 1), (8, 5))
binary_places((8, 1, 3, 4), (8, 3, 4))
binary_places((8, 1, 3, 4), (8, 1, 3, 4))
binary_places((8, 3, 4), (8, 3, 4), axis=0)
one_hot((20, 3), 1)
one_hot((7, 3, 4), 1)
one_hot((7, 4, 3), -1)

with open("../resources/metric_references.json", "w") as out:
    json.dump(
        {
            "scikit-learn": sklearn.__version__,
            "torchmetrics": torchmetrics.__version__,
            "torch": torch.__version__,
            "numpy": np.__version__,
            "cases": cases,
        },
        out,
    )
    out.write("\n")
