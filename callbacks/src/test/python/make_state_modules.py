"""Generates small TorchScript modules, some of which keep state between calls of `forward`, and records
how PyTorch 2.7.1 behaves with each:

    python make_state_modules.py ../resources/torchscript/state-modules.zip.gz

Each module takes an input of shape (rows, 4). For each one, `expected.json` in the archive states
whether its contents change when it runs in evaluation mode, whether the result of `forward` depends on
earlier calls, and which of its other methods return different results after another batch.
"""

import gzip
import io
import itertools
import json
import pathlib
import sys
import zipfile
from collections import OrderedDict
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

MODULES = {}
TRACED = set()
FROZEN = set()


def scripted(name):
    def add(kind):
        MODULES[name] = kind
        return kind

    return add


def traced(name):
    TRACED.add(name)
    return scripted(name)


class Kept(nn.Module):
    """With a buffer, a list, a dict, and attributes of other types."""

    states: List[Tensor]
    table: Dict[str, Tensor]
    pair: Tuple[Tensor, Tensor]
    maybe: Optional[Tensor]
    numbers: List[int]
    nested: List[List[int]]

    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(4, 4)
        self.register_buffer("mean", torch.zeros(4))
        self.register_buffer("grid", torch.zeros(4, 4))
        self.register_buffer("top", torch.zeros(4))
        self.register_buffer("index", torch.zeros(4, dtype=torch.long))
        self.register_buffer("seen", torch.zeros(4, dtype=torch.bool))
        self.states = [torch.zeros(4), torch.zeros(4)]
        self.table = {"a": torch.zeros(4), "b": torch.zeros(4)}
        self.pair = (torch.zeros(4), torch.zeros(4))
        self.maybe = None
        self.numbers = [0]
        self.nested = [[0]]
        self.count = 0
        self.total = 0.0
        self.features = torch.zeros(1)
        self.flag = False


# --- attributes


@scripted("assigned")
class Assigned(Kept):
    def forward(self, x):
        self.features = self.linear(x)
        return self.features * 2


@scripted("assigned-number")
class AssignedNumber(Kept):
    def forward(self, x):
        self.count = x.size(0)
        return self.linear(x) / self.count


@scripted("assigned-pair")
class AssignedPair(Kept):
    def forward(self, x):
        self.features, self.total = x.mean(), float(x.sum())
        return x + self.features + self.total


@scripted("assigned-for-one-row")
class AssignedForOneRow(Kept):
    def forward(self, x):
        if x.size(0) == 1:
            self.features = x
        return x * 2


@scripted("assigned-then-read-if-not")
class AssignedThenReadIfNot(Kept):
    def forward(self, x):
        if x.size(0) > 4:
            self.features = x.mean()
        return x + self.features


@scripted("counter")
class Counter(Kept):
    def forward(self, x):
        self.count += 1
        return x * self.count


@scripted("average-number")
class AverageNumber(Kept):
    def forward(self, x):
        self.total = 0.9 * self.total + 0.1 * float(x.mean())
        return x - self.total


@scripted("tuple-counter")
class TupleCounter(Kept):
    def forward(self, x):
        first, second = self.pair
        self.pair = (first + 1, second)
        return x + self.pair[0]


@scripted("cache-of-none")
class CacheOfNone(Kept):
    def forward(self, x):
        cached = self.maybe
        if cached is None:
            cached = x.mean(0)
            self.maybe = cached
        return x + cached


@scripted("cache-of-a-size")
class CacheOfASize(Kept):
    def forward(self, x):
        if self.features.size(0) != x.size(0):
            self.features = torch.arange(x.size(0)).to(x.dtype)
        return x + self.features.unsqueeze(1)


@scripted("never-assigned")
class NeverAssigned(Kept):
    def forward(self, x):
        if self.training:
            self.features = x
            self.mean.add_(1)
        return x + self.features


@scripted("assigned-by-flag")
class AssignedByFlag(Kept):
    def forward(self, x):
        if self.flag:
            self.features = x
        return x * 2


@scripted("assigned-in-with")
class AssignedInWith(Kept):
    def forward(self, x):
        with torch.no_grad():
            self.features = self.linear(x)
        return self.features


@scripted("assigned-the-buffer")
class AssignedTheBuffer(Kept):
    def forward(self, x):
        self.features = self.mean
        self.features.add_(x.mean(0))
        return x + self.mean


@scripted("assigned-an-own-list")
class AssignedAnOwnList(Kept):
    def forward(self, x):
        self.states = [x, x * 2]
        self.states.append(x)
        self.states[0].add_(1)
        return self.states[0] + len(self.states)


@scripted("property")
class Property(Kept):
    @property
    def batches(self) -> int:
        return self.count

    @batches.setter
    def batches(self, value: int):
        self.count = value

    def forward(self, x):
        self.batches = self.batches + 1
        return x * self.batches


# --- in place


@scripted("in-place")
class InPlace(Kept):
    def forward(self, x):
        self.mean.mul_(0.5).add_(x.mean(0))
        return x + self.mean


@scripted("in-place-data")
class InPlaceData(Kept):
    def forward(self, x):
        self.mean.data.copy_(x.mean(0))
        return x + self.mean


@scripted("in-place-item")
class InPlaceItem(Kept):
    def forward(self, x):
        self.grid[0, 1:3] = x.mean()
        return x + self.grid.sum()


@scripted("in-place-mask")
class InPlaceMask(Kept):
    def forward(self, x):
        self.mean[self.mean < 1] += x.mean()
        return x + self.mean


@scripted("in-place-branch")
class InPlaceBranch(Kept):
    def forward(self, x):
        chosen = self.mean if x.size(0) > 2 else x[0]
        view = chosen.view(-1)
        view += x.mean()
        return x + self.mean


@scripted("in-place-parameter")
class InPlaceParameter(Kept):
    def forward(self, x):
        y = self.linear(x)
        self.linear.bias.add_(1)
        return y


@scripted("in-place-foreach")
class InPlaceForeach(Kept):
    def forward(self, x):
        for state in self.states:
            state.add_(x.mean(0))
        return x + self.states[1]


@scripted("in-place-copy-of-list")
class InPlaceCopyOfList(Kept):
    def forward(self, x):
        for state in self.states[:]:
            state.add_(x.mean(0))
        return x + self.states[0]


@scripted("in-place-concatenation")
class InPlaceConcatenation(Kept):
    def forward(self, x):
        for state in self.states + [self.mean]:
            state.mul_(0.9).add_(x.mean(0))
        return x + self.states[0] + self.mean


@scripted("in-place-repetition")
class InPlaceRepetition(Kept):
    def forward(self, x):
        (self.states * 2)[0].add_(x.mean(0))
        return x + self.states[0]


@scripted("in-place-comprehension")
class InPlaceComprehension(Kept):
    def forward(self, x):
        views = [state.view(4) for state in self.states]
        views[1].add_(x.mean(0))
        return x + self.states[1]


@scripted("in-place-values")
class InPlaceValues(Kept):
    def forward(self, x):
        for value in self.table.values():
            value.add_(x.mean(0))
        return x + self.table["a"]


@scripted("in-place-items")
class InPlaceItems(Kept):
    def forward(self, x):
        for _, value in self.table.items():
            value.add_(x.mean(0))
        return x + self.table["a"]


@scripted("in-place-tuple")
class InPlaceTuple(Kept):
    def forward(self, x):
        _, second = self.pair
        second.add_(x.mean(0))
        return x + second


@scripted("in-place-split")
class InPlaceSplit(Kept):
    def forward(self, x):
        first, _ = torch.split(self.mean, 2)
        first.add_(x.mean())
        return x + self.mean


@scripted("in-place-chunk-list")
class InPlaceChunkList(Kept):
    def forward(self, x):
        parts = self.grid.unbind(0)
        parts[2].add_(x.mean(0))
        return x + self.grid[2]


@scripted("in-place-meshgrid")
class InPlaceMeshgrid(Kept):
    def forward(self, x):
        torch.meshgrid([self.mean], indexing="ij")[0].add_(x.mean())
        return x + self.mean


@scripted("in-place-broadcast")
class InPlaceBroadcast(Kept):
    def forward(self, x):
        torch.broadcast_tensors([self.mean, x[0]])[0].add_(x.mean())
        return x + self.mean


@traced("in-place-einsum")
class InPlaceEinsum(Kept):
    def forward(self, x):
        turned = torch.einsum("ij->ji", self.grid)
        turned.add_(x.mean())
        return x + turned[0]


@traced("in-place-conj")
class InPlaceConj(Kept):
    def forward(self, x):
        torch.conj_physical(self.mean).add_(x.mean())
        return x + self.mean


@traced("in-place-sum-to-size")
class InPlaceSumToSize(Kept):
    def forward(self, x):
        self.mean.sum_to_size([4]).add_(x.mean())
        return x + self.mean


@traced("in-place-reshape")
class InPlaceReshape(Kept):
    def forward(self, x):
        flat = self.grid.reshape(2, 8).flatten(0)
        flat.add_(x.mean())
        other = torch.atleast_2d(self.mean).squeeze(0)
        other.add_(1)
        return x + self.grid.sum() + self.mean + flat[0] + other


@traced("in-place-dropout")
class InPlaceDropout(Kept):
    def forward(self, x):
        F.dropout(self.mean, 0.5, self.training).add_(x.mean(0))
        return x + self.mean


@traced("traced-or")
class TracedOr(Kept):
    def forward(self, x):
        self.seen |= (x > 0.5).any(0)
        return x * self.seen


@traced("traced-xor")
class TracedXor(Kept):
    def forward(self, x):
        self.seen ^= (x > 0.5).any(0)
        return x * self.seen


@traced("traced-and")
class TracedAnd(Kept):
    def __init__(self):
        super().__init__()
        self.seen.fill_(True)

    def forward(self, x):
        other = self.seen
        other &= (x > 0.5).any(0)
        return x * self.seen


@traced("traced-shift")
class TracedShift(Kept):
    def forward(self, x):
        self.index += 1
        self.index <<= 1
        return x * self.index


@traced("traced-average")
class TracedAverage(Kept):
    def forward(self, x):
        self.mean.lerp_(x.mean(0), 0.5)
        return x + self.mean


@scripted("out")
class Out(Kept):
    def forward(self, x):
        y = x + self.top.sum()
        torch.mean(x, [0], out=self.mean)
        return y + self.mean


@scripted("out-topk")
class OutTopk(Kept):
    def forward(self, x):
        y = x + self.top.sum()
        torch.topk(x.mean(0), 4, values=self.top, indices=self.index)
        return y


@scripted("out-sort")
class OutSort(Kept):
    def forward(self, x):
        y = x + self.top.sum()
        torch.sort(x.mean(0), values=self.top, indices=self.index)
        return y


@scripted("out-max")
class OutMax(Kept):
    def forward(self, x):
        y = x + self.top.sum()
        torch.max(x, 0, max=self.top, max_values=self.index)
        return y


@scripted("out-kthvalue")
class OutKthvalue(Kept):
    def forward(self, x):
        y = x + self.top.sum()
        torch.kthvalue(x, 1, 0, values=self.top, indices=self.index)
        return y


@scripted("renormalized-embedding")
class RenormalizedEmbedding(Kept):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(10, 4, max_norm=0.1)

    def forward(self, x):
        return self.embedding((x.abs() * 3).long().clamp(0, 9)[:, 0]) + self.embedding.weight[0]


@scripted("alias-chain")
class AliasChain(Kept):
    def forward(self, x):
        a = x[0]
        b = x[0]
        c = x[0]
        d = x[0]
        e = x[0]
        for _ in range(6):
            a = b
            b = c
            c = d
            d = e
            e = self.mean
        y = a + 0
        a.add_(1)
        return x + y + self.mean


@scripted("late-flag")
class LateFlag(Kept):
    def forward(self, x):
        a = 0
        b = 0
        c = 0
        d = 0
        for _ in range(7):
            if d == 1:
                self.mean.add_(1)
            d = c
            c = b
            b = a
            a = 1
        return x + self.mean


# --- lists and dicts


@scripted("list-grows")
class ListGrows(Kept):
    def forward(self, x):
        self.states.append(x.mean(0))
        return x * len(self.states)


@scripted("list-grows-by-list")
class ListGrowsByList(Kept):
    def forward(self, x):
        numbers = self.numbers
        numbers += [1]
        return x * len(self.numbers)


@scripted("list-item")
class ListItem(Kept):
    def forward(self, x):
        self.numbers[0] += 1
        return x * self.numbers[0]


@scripted("list-of-lists")
class ListOfLists(Kept):
    def forward(self, x):
        inner = self.nested[0]
        inner.append(1)
        return x * len(inner)


@scripted("list-sorted")
class ListSorted(Kept):
    def forward(self, x):
        self.numbers.append(-int(x.size(0)))
        self.numbers.sort()
        return x * self.numbers[0]


@scripted("dict-item")
class DictItem(Kept):
    def forward(self, x):
        y = x + self.table["a"]
        self.table["a"] = x.mean(0)
        return y


@scripted("dict-deleted")
class DictDeleted(Kept):
    def forward(self, x):
        if "b" in self.table:
            del self.table["b"]
        return x * len(self.table)


@scripted("dict-popped")
class DictPopped(Kept):
    def forward(self, x):
        y = x * len(self.table)
        if "b" in self.table:
            y = y + self.table.pop("b")
        return y


@scripted("in-an-own-list")
class InAnOwnList(Kept):
    def forward(self, x):
        own = [x, self.mean]
        own[::-1][0].add_(1)
        return x + self.mean


@scripted("in-an-own-dict")
class InAnOwnDict(Kept):
    def forward(self, x):
        own: Dict[str, List[Tensor]] = {"a": []}
        own["a"].append(self.mean)
        for each in own["a"]:
            each.add_(x.mean(0))
        return x + self.mean


@scripted("in-an-own-list-of-pairs")
class InAnOwnListOfPairs(Kept):
    def forward(self, x):
        pairs: List[Tuple[Tensor, Tensor]] = [(self.mean, x.mean(0))]
        for kept, own in pairs:
            kept.add_(own)
        return x + self.mean


class Pair(NamedTuple):
    own: Tensor
    kept: Tensor


@scripted("in-a-named-tuple")
class InANamedTuple(Kept):
    def forward(self, x):
        pair = Pair(x, self.mean)
        pair.kept.add_(1)
        return x + self.mean


@scripted("in-an-ordered-dict")
class InAnOrderedDict(Kept):
    def forward(self, x):
        own = OrderedDict([("a", self.mean)])
        own["a"].add_(1)
        return x + self.mean


@scripted("dict-of-lists")
class DictOfLists(Kept):
    lists: Dict[str, List[Tensor]]

    def __init__(self):
        super().__init__()
        self.lists = {"a": [torch.zeros(4)]}

    def forward(self, x):
        for _, values in self.lists.items():
            values.append(x.mean(0))
        return x * len(self.lists["a"])


@scripted("in-a-default")
class InADefault(Kept):
    def forward(self, x):
        own: Dict[str, Tensor] = {}
        own.setdefault("a", self.mean).add_(1)
        own.get("b", self.top).add_(1)
        return x + self.mean + self.top


@scripted("in-an-updated-dict")
class InAnUpdatedDict(Kept):
    def forward(self, x):
        own: Dict[str, Tensor] = {}
        own.update(self.table)
        own.pop("a").add_(1)
        return x + self.table["a"]


@scripted("in-an-extended-list")
class InAnExtendedList(Kept):
    def forward(self, x):
        own = [x[0]]
        own.extend([self.mean])
        own.insert(0, self.top)
        own.pop().add_(1)
        own[0].add_(2)
        return x + self.mean + self.top


@scripted("any")
class OfAny(Kept):
    any: Any

    def __init__(self):
        super().__init__()
        self.any = torch.zeros(4)

    def forward(self, x):
        kept = self.any
        if isinstance(kept, Tensor):
            kept.add_(1)
            x = x + kept
        return x


@scripted("optional-list")
class OptionalList(Kept):
    some: Optional[List[Tensor]]

    def __init__(self):
        super().__init__()
        self.some = [torch.zeros(4)]

    def forward(self, x):
        some = self.some
        if some is not None:
            some[0].add_(1)
            x = x + some[0]
        return x


# --- functions, methods and objects


def fill(own: List[Tensor], each: Tensor):
    own.append(each)


@scripted("callee-fills-a-list")
class CalleeFillsAList(Kept):
    def forward(self, x):
        own: List[Tensor] = []
        fill(own, self.mean)
        own[0].add_(x.mean(0))
        return x + self.mean


def extend(own: List[Tensor], each: Tensor):
    own += [each]


@scripted("callee-extends-a-list")
class CalleeExtendsAList(Kept):
    def forward(self, x):
        own: List[Tensor] = []
        extend(own, self.mean)
        for each in own:
            each.add_(x.mean(0))
        return x + self.mean


class Lends(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("lent", torch.zeros(4))

    def forward(self, x, own: List[Tensor]):
        own.append(self.lent)
        return x


@scripted("submodule-fills-a-list")
class SubmoduleFillsAList(Kept):
    def __init__(self):
        super().__init__()
        self.lends = Lends()

    def forward(self, x):
        own: List[Tensor] = []
        y = self.lends(x, own)
        own[-1].add_(x.mean(0))
        return y + self.lends.lent


@torch.jit.script
class Holder(object):
    def __init__(self, held: Tensor):
        self.held = held

    def bump(self, x: Tensor):
        self.held.add_(x.mean())

    def __enter__(self):
        self.held.add_(1)

    def __exit__(self, kind: Any, value: Any, trace: Any):
        self.held.add_(2)


@scripted("object-holds-a-buffer")
class ObjectHoldsABuffer(Kept):
    def forward(self, x):
        holder = Holder(self.mean)
        holder.bump(x)
        return x + self.mean


@scripted("object-of-with")
class ObjectOfWith(Kept):
    def forward(self, x):
        with Holder(self.mean):
            y = x * 2
        return y + self.mean


@scripted("object-holds-its-own")
class ObjectHoldsItsOwn(Kept):
    def forward(self, x):
        holder = Holder(torch.zeros(4))
        holder.bump(x)
        return x + holder.held


@torch.jit.script
class Stack(object):
    def __init__(self):
        self.all: List[Tensor] = []
        self.size = 0

    def push(self, each: Tensor) -> "Stack":
        self.all.append(each)
        self.size += 1
        return self

    def last(self) -> Tensor:
        return self.all[-1]


@scripted("object-of-the-module")
class ObjectOfTheModule(Kept):
    def __init__(self):
        super().__init__()
        self.stack = Stack()

    def forward(self, x):
        self.stack.push(x.mean(0))
        return x * self.stack.size


@scripted("object-gives-itself")
class ObjectGivesItself(Kept):
    def forward(self, x):
        Stack().push(self.mean).last().add_(1)
        return x + self.mean


@scripted("object-of-the-forward")
class ObjectOfTheForward(Kept):
    def forward(self, x):
        stack = Stack().push(x.mean(0))
        stack.last().add_(1)
        return x * stack.size + stack.last()


@torch.jit.interface
class Step(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        pass


class CountingStep(nn.Module):
    def __init__(self):
        super().__init__()
        self.count = 0

    def forward(self, x: Tensor) -> Tensor:
        self.count += 1
        return x * self.count


class SizeStep(nn.Module):
    def __init__(self):
        super().__init__()
        self.count = 0

    def forward(self, x: Tensor) -> Tensor:
        self.count = x.size(0)
        return x / self.count


class PlainStep(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x * 2


class ByInterface(Kept):
    step: Step

    def __init__(self, step):
        super().__init__()
        self.step = step

    def forward(self, x: Tensor) -> Tensor:
        return self.step.forward(x)


scripted("interface-counter")(lambda: ByInterface(CountingStep()))
scripted("interface-size")(lambda: ByInterface(SizeStep()))
scripted("interface-plain")(lambda: ByInterface(PlainStep()))
scripted("interface-in-interface")(lambda: ByInterface(ByInterface(CountingStep())))


@scripted("interface-and-assigned")
class InterfaceAndAssigned(Kept):
    step: Step

    def __init__(self):
        super().__init__()
        self.step = CountingStep()

    def forward(self, x: Tensor) -> Tensor:
        self.count = x.size(0)
        return self.step.forward(x) / self.count


@scripted("modules-by-index")
class ModulesByIndex(Kept):
    def __init__(self):
        super().__init__()
        self.steps = nn.ModuleList([PlainStep(), CountingStep()])

    def forward(self, x: Tensor) -> Tensor:
        step: Step = self.steps[min(x.size(0), 2) - 1]
        return step.forward(x)


@scripted("two-of-one-class")
class TwoOfOneClass(Kept):
    def __init__(self):
        super().__init__()
        self.one = SizeStep()
        self.other = self.one

    def forward(self, x: Tensor) -> Tensor:
        y = x * self.other.count
        return self.one(x) + y


@scripted("fork")
class Fork(Kept):
    def forward(self, x):
        self.count = x.size(0)
        part = torch.jit.fork(self.linear, x)
        return torch.jit.wait(part) / self.count


@scripted("fork-plain")
class ForkPlain(Kept):
    def forward(self, x):
        parts = [torch.jit.fork(self.linear, x + i) for i in range(2)]
        return torch.jit.wait(parts[0]) + torch.jit.wait(parts[1])


@scripted("fork-counter")
class ForkCounter(Kept):
    def __init__(self):
        super().__init__()
        self.step = CountingStep()

    def forward(self, x):
        return torch.jit.wait(torch.jit.fork(self.step, x))


@scripted("fork-gives-the-buffer")
class ForkGivesTheBuffer(Kept):
    def lend(self):
        return self.mean

    def forward(self, x):
        torch.jit.wait(torch.jit.fork(self.lend)).add_(x.mean(0))
        return x + self.mean


def hook(self, inputs: Tuple[Tensor], output: Tensor):
    self.bias.add_(output.mean())


@scripted("hook")
class Hook(Kept):
    def __init__(self):
        super().__init__()
        self.linear.register_forward_hook(hook)

    def forward(self, x):
        return self.linear(x)


@scripted("helpers")
class Helpers(Kept):
    def keep(self, x):
        self.features = x * 2

    def decode(self, x):
        return x + self.features.mean()

    def forward(self, x):
        self.keep(x)
        return self.decode(x)


@scripted("recurrent-state")
class RecurrentState(nn.Module):
    state: Optional[Tuple[Tensor, Tensor]]

    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(4, 4)
        self.state = None

    def forward(self, x):
        y, self.state = self.lstm(x[:1], self.state)
        return y


# --- methods beside forward


@scripted("private-method-assigns")
class PrivateMethodAssigns(Kept):
    def forward(self, x):
        return self.linear(x)

    @torch.jit.export
    def _embed(self, x):
        self.features = self.linear(x)
        return self.features * 2


@scripted("method-reads-what-forward-keeps")
class MethodReadsWhatForwardKeeps(Kept):
    def forward(self, x):
        self.features = self.linear(x)
        return self.features * 2

    @torch.jit.export
    def get_features(self, x):
        return self.features.mean() + x


@scripted("forward-reads-what-method-keeps")
class ForwardReadsWhatMethodKeeps(Kept):
    def forward(self, x):
        return x + self.total

    @torch.jit.export
    def calibrate(self, x):
        self.total = float(x.mean())
        return x


@scripted("method-counts")
class MethodCounts(Kept):
    def forward(self, x):
        return self.linear(x)

    @torch.jit.export
    def count_up(self, x):
        self.count += 1
        return x * self.count


@scripted("two-methods")
class TwoMethods(Kept):
    def forward(self, x):
        return self.decode(self.encode(x))

    @torch.jit.export
    def encode(self, x):
        self.features = self.linear(x)
        return x * 2

    @torch.jit.export
    def decode(self, x):
        return x + self.features.mean()


@scripted("method-of-a-branch")
class MethodOfABranch(Kept):
    def forward(self, x):
        if x.size(0) > 4:
            self.features = x.mean()
        return x * 2

    @torch.jit.export
    def last(self, x):
        return x + self.features


# --- what keeps nothing


@scripted("usual")
class Usual(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(4, 6), nn.BatchNorm1d(6), nn.ReLU(inplace=True), nn.Dropout(0.4), nn.Linear(6, 4)
        )

    def forward(self, x):
        parts: List[Tensor] = []
        for i in range(2):
            parts.append(self.net(x))
        z = torch.stack(parts).mean(0)
        z += 1
        z[:, 0] = 0.0
        return z


@scripted("positions")
class Positions(Kept):
    def forward(self, x):
        y = x + self.grid[: x.size(0), :].sum(0)
        y.relu_()
        scaled = torch.mul(self.mean, 2)
        scaled.add_(1)
        return y + scaled


@scripted("copies")
class Copies(Kept):
    def forward(self, x):
        own = self.mean.clone()
        own.add_(x.mean(0))
        numbers = self.numbers[:]
        numbers.append(2)
        states = list(self.states)
        states.append(x)
        states = self.states + [x]
        states.append(own)
        return x + own + len(numbers) + len(states)


@scripted("gives-its-buffer")
class GivesItsBuffer(Kept):
    def forward(self, x):
        return self.linear(x), self.mean


@scripted("attention")
class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention = nn.MultiheadAttention(4, 2, dropout=0.1)

    def forward(self, x):
        return self.attention(x, x, x)


scripted("encoder")(lambda: nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2, 8), 1))


@scripted("gru")
class Gru(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(4, 4)

    def forward(self, x):
        return self.gru(x)


scripted("convolution")(
    lambda: nn.Sequential(
        nn.Unflatten(1, (1, 2, 2)), nn.Conv2d(1, 2, 1), nn.BatchNorm2d(2), nn.ReLU(inplace=True), nn.Flatten()
    )
)
scripted("instance-norm")(
    lambda: nn.Sequential(nn.Unflatten(1, (2, 2)), nn.InstanceNorm1d(2, track_running_stats=True), nn.Flatten())
)


@scripted("batch-norm-without-statistics")
class BatchNormWithoutStatistics(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.BatchNorm1d(4, track_running_stats=False)

    def forward(self, x):
        return self.norm(torch.cat([x, x * 2]))


@scripted("batch-norm-by-flag")
class BatchNormByFlag(Kept):
    def __init__(self):
        super().__init__()
        self.register_buffer("variance", torch.ones(4))

    def forward(self, x):
        return F.batch_norm(torch.cat([x, x * 2]), self.mean, self.variance, training=self.flag)


@scripted("frozen-flag")
class FrozenFlag(Kept):
    def forward(self, x):
        self.mean.requires_grad_(False)
        return x + self.mean


FROZEN |= {"frozen-in-place"}
scripted("frozen-in-place")(InPlace)


def build(name):
    torch.manual_seed(3)
    module = MODULES[name]().eval()
    if name in TRACED:
        before = {key: value.clone() for key, value in module.state_dict().items()}
        built = torch.jit.trace(module, -torch.rand(5, 4), check_trace=False)
        built.load_state_dict(before)  # which tracing has changed
    else:
        built = torch.jit.script(module)
    return torch.jit.freeze(built) if name in FROZEN else built


def records(module):
    buffer = io.BytesIO()
    torch.jit.save(module, buffer)
    reader = torch._C.PyTorchFileReader(io.BytesIO(buffer.getvalue()))
    skipped = ("version", "byteorder", ".data/serialization_id")
    return {
        name: reader.get_record(name)
        for name in reader.get_all_records()
        if not name.endswith(".debug_pkl") and name not in skipped
    }


# --- script classes, random numbers, inputs


@torch.jit.script
class Options:
    def __init__(self):
        self.training = True


@scripted("training-of-an-object")
class TrainingOfAnObject(Kept):
    options: Options

    def __init__(self):
        super().__init__()
        self.options = Options()

    def forward(self, x):
        if self.options.training:
            self.mean.add_(x.mean(0))
        return x + self.mean


@scripted("seeds")
class Seeds(Kept):
    def forward(self, x):
        torch.manual_seed(5)
        return self.linear(x) + torch.rand(4)


def soften(self, inputs: Tuple[Tensor], outputs: Tensor) -> Tensor:
    return outputs.softmax(1)


@scripted("hook-of-the-module")
class HookOfTheModule(Kept):
    def __init__(self):
        super().__init__()
        self.register_forward_hook(soften)

    def forward(self, x):
        return self.linear(x)


@scripted("input-in-place")
class InputInPlace(Kept):
    def forward(self, x):
        return self.linear(x[:, :].relu_())


def saved(module):
    """torch.jit.save adds debug files that hold the paths of the machine; loading needs none."""
    buffer = io.BytesIO()
    writer = torch._C.PyTorchFileWriter(buffer)
    for name, record in records(module).items():
        writer.write_record(name, record, len(record))
    writer.write_end_of_file()
    return buffer.getvalue()


def run(content, calls):
    """The result of the last of some calls of a module that was just loaded; and whether it changed."""
    module = torch.jit.load(io.BytesIO(content)).eval()
    before = records(module)
    result = None
    with torch.no_grad():
        for method, x in calls:
            result = flat(getattr(module, method)(x.clone()))
    return result, records(module) != before


def flat(result):
    if isinstance(result, Tensor):
        return [result.clone()]
    return [part for each in result for part in flat(each)] if isinstance(result, (list, tuple)) else []


def differ(one, other):
    return len(one) != len(other) or any(
        a.shape != b.shape or not torch.allclose(a, b, 1e-4, 1e-5, equal_nan=True) for a, b in zip(one, other)
    )


def expected(content):
    module = torch.jit.load(io.BytesIO(content))
    skipped = ("keep", "lend", "hook")
    methods = [m for m in module._c._method_names() if m != "forward" and "getter" not in m and "setter" not in m]
    methods = [m for m in methods if m not in skipped and not m.endswith("__")]
    torch.manual_seed(5)
    batches = [torch.rand(8, 4), -torch.rand(3, 4), torch.rand(1, 4) * 2]
    changes = False
    depends = False
    leftovers = set()
    firsts = [(m, x) for m in ["forward", *methods] for x in batches]
    for x in batches:
        for first, then in itertools.product(firsts, ["forward", *methods]):
            # A batch that calls forward, and then perhaps another method.
            calls = [("forward", x)] if then == "forward" else [("forward", x), (then, x)]
            alone, changed = run(content, calls)
            after, changed_again = run(content, [first, first, first, *calls])
            changes |= changed or changed_again
            depends |= differ(alone, after)
            if then != "forward":
                alone, changed = run(content, [(then, x)])
                after, _ = run(content, [first, (then, x)])
                changes |= changed
                if differ(alone, after):
                    leftovers.add(then)
    return {"changes": changes, "depends": depends, "leftovers": sorted(leftovers)}


def main(path):
    torch.set_num_threads(1)
    facts = {}
    # Stored, and then packed together: what they have in common is packed once.
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in MODULES:
            content = saved(build(name))
            facts[name] = expected(content)
            archive.writestr(zipfile.ZipInfo(name + ".pt"), content)
        lines = ",\n".join(f" {json.dumps(name)}: {json.dumps(fact)}" for name, fact in facts.items())
        archive.writestr(zipfile.ZipInfo("expected.json"), "{\n" + lines + "\n}\n")
    path.write_bytes(gzip.compress(packed.getvalue(), mtime=0))


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
