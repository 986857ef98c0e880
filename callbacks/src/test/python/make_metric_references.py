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
arrays = []
positions = {}


def array(values):
    """The position of an array in the file, where each is once."""
    values = np.asarray(values, dtype=np.float64)
    key = values.shape, values.tobytes()
    if key not in positions:
        positions[key] = len(arrays)
        arrays.append({"shape": list(values.shape), "values": values.ravel().tolist()})
    return positions[key]


def case(metric, outputs, targets, expected, columns=None, loose=False, **arguments):
    """Columns of the dataset are passed by name; loose expectations are those in float32."""
    cases.append(
        {
            "metric": metric,
            "arguments": arguments,
            "outputs": array(outputs),
            "targets": array(targets),
            "columns": {name: array(values) for name, values in (columns or {}).items()},
            "expected": float(expected),
            "loose": loose,
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


def multilabel(shape, axis, mask_shape=None, averages=("macro",), **arguments):
    """A logit for each label, each with a target of 0 or 1."""
    labels = shape[axis]
    logits = np.round(rng.normal(size=shape) * 2, 3)
    targets = rng.integers(0, 2, size=shape)
    logits = np.round(logits + targets, 3)
    columns = {}
    keep = np.ones(shape, dtype=bool)
    if mask_shape is not None:
        mask = rng.integers(0, 2, size=mask_shape)
        mask[0] = 1
        columns["mask"] = mask
        keep = np.broadcast_to(mask.reshape(mask_shape + (1,) * (len(shape) - len(mask_shape))), shape).astype(bool)
        arguments["mask"] = "mask"
    z = [np.moveaxis(logits, axis, 0)[i][np.moveaxis(keep, axis, 0)[i]] for i in range(labels)]
    y = [np.moveaxis(targets, axis, 0)[i][np.moveaxis(keep, axis, 0)[i]] for i in range(labels)]
    zs, ys = np.concatenate(z), np.concatenate(y)
    probabilities = sigmoid(logits)
    given = dict(labels=axis, columns=columns, **arguments)
    hit = ((logits > 0) == (targets == 1)) | ~keep
    rows = keep.reshape(shape[0], -1).any(1)
    for kind, outputs in (("LOGITS", logits), ("PROBABILITIES", probabilities)):
        case("accuracy", outputs, targets, sk.accuracy_score(ys, zs > 0), kind=kind, **given)
        case("log_loss", outputs, targets, sk.log_loss(ys, sigmoid(zs)), kind=kind, **given)
        case("brier", outputs, targets, sk.brier_score_loss(ys, sigmoid(zs)), kind=kind, **given)
        case("exact_match", outputs, targets, hit.reshape(shape[0], -1).all(1)[rows].mean(), kind=kind, **given)
        cut = [sigmoid(s) > 0.3 for s in z]
        case("accuracy", outputs, targets, sk.accuracy_score(ys, np.concatenate(cut)), kind=kind, threshold=0.3, **given)
        keys = dict(classes=labels, average="macro", threshold=0.3, **given)
        case("f1", outputs, targets, np.mean([sk.f1_score(a, b) for a, b in zip(y, cut)]), kind=kind, **keys)
        case("f_beta", outputs, targets, np.mean([sk.fbeta_score(a, b, beta=2) for a, b in zip(y, cut)]), beta=2, kind=kind, **keys)
    support = np.array([a.sum() for a in y])
    for name, score in (("precision", sk.precision_score), ("recall", sk.recall_score), ("f1", sk.f1_score), ("iou", sk.jaccard_score)):
        each = np.array([score(a, b > 0, zero_division=0) for a, b in zip(y, z)])
        expected = dict(macro=each.mean(), weighted=np.average(each, weights=support), micro=score(ys, zs > 0))
        for average in averages:
            case(name, logits, targets, expected[average], average=average, classes=labels, **given)
        case(name, logits, targets, each[1], average="macro", only=1, classes=labels, **given)
    if mask_shape is None:
        flat = np.moveaxis(logits, axis, -1).reshape(-1, labels), np.moveaxis(targets, axis, -1).reshape(-1, labels)
        if len(shape) == 2:
            case("exact_match", logits, targets, tm.classification.multilabel_exact_match(torch.tensor(sigmoid(logits)), torch.tensor(targets), num_labels=labels), loose=True, **given)
        case("f1", logits, targets, sk.f1_score(flat[1], flat[0] > 0, average="macro"), classes=labels, average="macro", **given)
        case("f1", logits, targets, tm.classification.multilabel_f1_score(torch.tensor(sigmoid(flat[0])), torch.tensor(flat[1]), num_labels=labels, average="macro"), classes=labels, average="macro", loose=True, **given)
        for average in ("macro", "micro", "weighted"):
            case("roc_auc", logits, targets, sk.roc_auc_score(flat[1], flat[0], average=average), average=average, **given)
            case("average_precision", logits, targets, sk.average_precision_score(flat[1], flat[0], average=average), average=average, **given)
        binary = torch.nn.functional.binary_cross_entropy_with_logits(torch.tensor(logits), torch.tensor(targets).double())
        case("cross_entropy", logits, targets, binary, **given)
    else:
        areas = [sk.roc_auc_score(a, b) for a, b in zip(y, z)]
        case("roc_auc", logits, targets, np.mean(areas), **given)
        case("roc_auc", logits, targets, areas[2], only=2, **given)
        case("average_precision", logits, targets, np.mean([sk.average_precision_score(a, b) for a, b in zip(y, z)]), **given)


def binary_thresholds(rows):
    logits = np.round(rng.normal(size=rows), 3)
    targets = rng.integers(0, 2, size=rows)
    logits += targets
    p = sigmoid(logits)
    two = np.stack([np.zeros(rows), logits], 1)
    both = np.stack([1 - p, p], 1)
    for t in (0.2, 0.5, 0.9):
        predicted = p > t
        keys = dict(threshold=t)
        for kind, outputs in (("LOGITS", logits), ("LOGITS", logits[:, None]), ("LOGITS", two), ("PROBABILITIES", p), ("PROBABILITIES", both)):
            case("accuracy", outputs, targets, sk.accuracy_score(targets, predicted), kind=kind, **keys)
            case("f1", outputs, targets, sk.f1_score(targets, predicted, zero_division=0), classes=2, average="binary", kind=kind, **keys)
            case("mcc", outputs, targets, sk.matthews_corrcoef(targets, predicted), classes=2, kind=kind, **keys)
    expected = tm.f1_score(torch.tensor(p), torch.tensor(targets), task="binary", threshold=0.2)
    case("f1", p, targets, expected, classes=2, average="binary", kind="PROBABILITIES", threshold=0.2, loose=True)


def iou(shape, classes, dimension, absent, ignored=-100, mask=False):
    logits = np.round(rng.normal(size=shape), 3)
    last = np.moveaxis(logits, dimension, -1)
    last[..., classes - absent:] -= 100  # never predicted
    targets = rng.integers(0, classes - absent, size=last.shape[:-1])
    np.put_along_axis(last, targets[..., None], np.round(np.take_along_axis(last, targets[..., None], -1) + 1, 3), -1)
    targets[rng.random(targets.shape) < 0.3] = ignored
    columns, keep = {}, targets != ignored
    arguments = dict(classes=classes, ignored=ignored)
    if mask:
        columns["mask"] = (rng.random(targets.shape) < 0.6).astype(int)
        columns["mask"][0, ...] = 1
        keep = keep & (columns["mask"] == 1)
        arguments["mask"] = "mask"
        targets = np.where((columns["mask"] == 0) & (rng.random(targets.shape) < 0.3), classes + 7, targets)
    y, predicted = targets[keep], last[keep].argmax(-1)
    arguments["columns"] = columns
    case("mean_iou", logits, targets, sk.jaccard_score(y, predicted, average="macro"), **arguments)
    expected = tm.jaccard_index(torch.tensor(predicted), torch.tensor(y), task="multiclass", num_classes=classes, average="macro")
    case("mean_iou", logits, targets, expected, loose=True, **arguments)
    each = sk.jaccard_score(y, predicted, average=None, labels=list(range(classes)), zero_division=0)
    for one in range(classes):
        case("iou", logits, targets, each[one], average="macro", only=one, **arguments)
    case("f1", logits, targets, sk.f1_score(y, predicted, average=None, labels=[1])[0], average="macro", only=1, **arguments)
    case("iou", logits, targets, sk.jaccard_score(y, predicted, average="micro"), average="micro", **arguments)
    case("iou", logits, targets, sk.jaccard_score(y, predicted, average="weighted"), average="weighted", **arguments)
    rows = keep.reshape(shape[0], -1).any(1)
    hit = (last.argmax(-1) == targets) | ~keep
    del arguments["classes"]
    case("exact_match", logits, targets, hit.reshape(shape[0], -1).all(1)[rows].mean(), **arguments)
    if mask:
        case("accuracy", logits, targets, sk.accuracy_score(y, predicted), **arguments)
        z = torch.tensor(last[keep])
        case("cross_entropy", logits, targets, torch.nn.functional.cross_entropy(z, torch.tensor(y)), **arguments)


def ignored_class(shape, classes, dimension, ignored):
    """Positions are ignored by one of the classes, as when the background doesn't count."""
    logits = np.round(rng.normal(size=shape), 3)
    last = np.moveaxis(logits, dimension, -1)
    targets = rng.integers(0, classes, size=last.shape[:-1])
    given = torch.tensor(last.argmax(-1)), torch.tensor(targets)
    keys = dict(task="multiclass", num_classes=classes, ignore_index=ignored)
    arguments = dict(classes=classes, ignored=ignored, loose=True)
    case("mean_iou", logits, targets, tm.jaccard_index(*given, average="macro", **keys), **arguments)
    for average in ("micro", "macro", "weighted"):
        case("iou", logits, targets, tm.jaccard_index(*given, average=average, **keys), average=average, **arguments)
        case("f1", logits, targets, tm.f1_score(*given, average=average, **keys), average=average, **arguments)


def outputs_of_regression(shape, constant):
    targets = rng.normal(size=shape) * np.arange(1, shape[-1] + 1) + 5
    outputs = targets + rng.normal(size=shape)
    if constant:
        targets[..., 0] = 2.5
        targets[..., 1] = 3
        outputs[..., 1] = 3
    y, p = targets.reshape(shape[0], -1), outputs.reshape(shape[0], -1)
    for average in ("uniform_average", "variance_weighted"):
        case("r2", outputs, targets, sk.r2_score(y, p, multioutput=average), multioutput=average)
    if not constant:
        for average in ("uniform_average", "variance_weighted"):
            case("r2", outputs, targets, tm.r2_score(torch.tensor(p), torch.tensor(y), multioutput=average), multioutput=average)


def masked_regression(shape, mask_shape):
    targets = rng.normal(size=shape) * 3 + 10
    outputs = targets + rng.normal(size=shape)
    mask = rng.integers(0, 2, size=mask_shape)
    mask[0] = 1
    mask[1] = 0
    keep = np.broadcast_to(mask.reshape(mask_shape + (1,) * (len(shape) - len(mask_shape))), shape).astype(bool)
    outputs = np.where(keep, outputs, 1e9)
    y, p = targets[keep], outputs[keep]
    keys = dict(mask="mask", columns={"mask": mask})
    case("mse", outputs, targets, sk.mean_squared_error(y, p), **keys)
    case("rmse", outputs, targets, sk.root_mean_squared_error(y, p), **keys)
    case("mae", outputs, targets, sk.mean_absolute_error(y, p), **keys)
    case("mape", outputs, targets, sk.mean_absolute_percentage_error(y, p), **keys)
    case("r2", outputs, targets, sk.r2_score(y, p), **keys)
    case("pearson", outputs, targets, np.corrcoef(y, p)[0, 1], **keys)
    case("error_quantile", outputs, targets, np.quantile(np.abs(p - y), 0.5, method="lower"), quantile=0.5, **keys)
    rows = [i for i in range(shape[0]) if keep[i].any()]
    case("relative_l2", outputs, targets, np.mean([np.linalg.norm((outputs[i] - targets[i])[keep[i]]) / np.linalg.norm(targets[i][keep[i]]) for i in rows]), **keys)


def retrieval(rows, dimensions, groups, queries):
    """Each query ranks the corpus, or all other rows; groups of one row have no match and don't count."""
    embeddings = rng.normal(size=(rows, dimensions)).astype(np.float32).astype(np.float64)
    group = rng.integers(0, groups, size=rows)
    embeddings = (embeddings + rng.normal(size=(groups, dimensions))[group]).astype(np.float32).astype(np.float64)
    columns, keys = {}, {}
    is_query = np.ones(rows, dtype=bool)
    if queries:
        columns["query"] = (rng.random(rows) < 0.3).astype(int)
        is_query = columns["query"] == 1
        keys["queries"] = "query"
    for similarity in ("COSINE", "DOT"):
        length = np.linalg.norm(embeddings, axis=1, keepdims=True) if similarity == "COSINE" else 1
        scores = (embeddings / length) @ (embeddings / length).T
        preds, target, index = [], [], []
        for q in np.flatnonzero(is_query):
            candidates = [c for c in range(rows) if (not is_query[c] if queries else c != q)]
            if any(group[c] == group[q] for c in candidates):
                preds += [scores[q, c] for c in candidates]
                target += [group[c] == group[q] for c in candidates]
                index += [q] * len(candidates)
        # Ranks in place of scores, since torchmetrics computes in float32 here and there.
        order = np.argsort(np.argsort(np.array(preds)))
        arguments = torch.tensor(order).float(), torch.tensor(np.array(target)), torch.tensor(np.array(index))
        given = dict(similarity=similarity, columns=columns, **keys)
        for k in (1, 5, 1000):
            case("recall_at_k", embeddings, group, torchmetrics.retrieval.RetrievalRecall(top_k=k)(arguments[0], arguments[1], indexes=arguments[2]), k=k, loose=True, **given)
            case("hit_rate_at_k", embeddings, group, torchmetrics.retrieval.RetrievalHitRate(top_k=k)(arguments[0], arguments[1], indexes=arguments[2]), k=k, loose=True, **given)
        case("mrr", embeddings, group, torchmetrics.retrieval.RetrievalMRR()(arguments[0], arguments[1], indexes=arguments[2]), loose=True, **given)


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
multilabel((60, 4), 1, averages=("macro", "micro", "weighted"))
multilabel((60, 4), -1, (60, 4), averages=("macro", "micro", "weighted"))
multilabel((40, 3), 1, (40,))
multilabel((12, 3, 5), 1)
multilabel((12, 5, 3), -1, (12, 5))
binary_thresholds(50)
iou((8, 4, 3, 5), 4, 1, 0)
iou((8, 4, 3, 5), 4, 1, 1)
iou((10, 6, 5), 5, -1, 2, 255)
iou((10, 6, 4), 4, -1, 0, -100, True)
iou((6, 3, 4, 5), 3, 1, 1, 255, True)
outputs_of_regression((40, 3), False)
outputs_of_regression((40, 3), True)
outputs_of_regression((20, 2, 3), False)
masked_regression((12, 4), (12, 4))
masked_regression((12, 4, 3), (12, 4))
masked_regression((15,), (15,))
retrieval(60, 7, 9, False)
retrieval(80, 5, 12, True)
retrieval(25, 3, 20, False)
ignored_class((6, 4, 3, 5), 4, 1, 0)
ignored_class((9, 5, 3), 3, -1, 2)

with open("../resources/metric_references.json", "w") as out:
    json.dump(
        {
            "scikit-learn": sklearn.__version__,
            "torchmetrics": torchmetrics.__version__,
            "torch": torch.__version__,
            "numpy": np.__version__,
            "arrays": arrays,
            "cases": cases,
        },
        out,
    )
    out.write("\n")
