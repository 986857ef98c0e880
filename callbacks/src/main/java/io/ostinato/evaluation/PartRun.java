package io.ostinato.evaluation;

import io.ostinato.libraries.DeviceMemory;
import io.ostinato.model.LoadedModel;
import io.ostinato.weights.HostArray;
import io.ostinato.weights.WeightSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Runs one batch on a model, in parts if necessary; see {@link BatchParts}.
 *
 * @param limit how many rows fit into the memory
 */
record PartRun(LoadedModel model, WeightSource weights, MemoryLimit limit) {
  private static final ProcessedRows NOTHING = new ProcessedRows(List.of(), List.of(), false);

  void run(List<BatchRunner> runners, StagedBatch staged) throws InterruptedException {
    run(runners, staged.part(), staged, 0);
  }

  /**
   * Runs a part for some of the evaluations.
   *
   * @param staged the rows on the device, closed afterwards; null if they are not there
   * @param reliefs how often memory was freed for these rows
   */
  private void run(
      List<BatchRunner> runners, BatchPart part, @Nullable StagedBatch staged, int reliefs)
      throws InterruptedException {
    if (part.rows() == 0) {
      runners.forEach(runner -> runner.keep(part, NOTHING, List.of()));
    } else if (part.span() > limit.mostRows()) {
      if (staged != null) {
        staged.close();
      }
      runHalves(runners, part);
    } else {
      try {
        List<ProcessedRows> results = attempt(runners, part, staged);
        for (int i = 0; i < runners.size(); i++) {
          keep(runners.get(i), part, results.get(i), List.of());
        }
      } catch (BatchFailure failure) {
        handle(runners, part, failure, reliefs);
      }
    }
  }

  private void runHalves(List<BatchRunner> runners, BatchPart part) throws InterruptedException {
    for (BatchRunner runner : runners) {
      if (runner.isOfBatches()) {
        throw indivisible(runner, part, "isRowWise() is false");
      }
    }
    run(runners, part.firstHalf(), null, 0);
    run(runners, part.secondHalf(), null, 0);
  }

  private List<ProcessedRows> attempt(
      List<BatchRunner> runners, BatchPart part, @Nullable StagedBatch staged)
      throws InterruptedException {
    try (StagedBatch rows =
        staged != null && staged.isOnDevice() ? staged : StagedBatch.of(part, model.manager())) {
      return new BatchPass(runners).process(rows, model, weights);
    } catch (BatchFailure | EvaluationException e) {
      throw e;
    } catch (RuntimeException e) { // such as when rows are copied, or the model is restored
      throw BatchFailure.of(runners.get(0).tag(), e);
    }
  }

  private void keep(
      BatchRunner runner, BatchPart part, ProcessedRows results, List<SkippedRow> bad) {
    if (part.span() < part.batch().rows() && results.areOfBatch()) {
      throw indivisible(runner, part, "they have a scalar");
    }
    runner.keep(part, results, bad);
  }

  private void handle(List<BatchRunner> runners, BatchPart part, BatchFailure failure, int reliefs)
      throws InterruptedException {
    failure.rethrowIfLost(model.device());
    if (failure.isOutOfMemory()) {
      makeRoom(runners, part, failure, reliefs);
    } else if (!failure.isOfRows() || !runners.get(0).badRows().areSkipped()) {
      throw failure.in(part);
    } else if (runners.size() > 1) {
      for (BatchRunner runner : runners) {
        run(List.of(runner), part, null, 0);
      }
    } else {
      skipBadRows(runners.get(0), part, failure);
    }
  }

  private void makeRoom(
      List<BatchRunner> runners, BatchPart part, BatchFailure failure, int reliefs)
      throws InterruptedException {
    if (limit.free(reliefs)) {
      run(runners, part, null, reliefs + 1);
    } else if (part.span() == 1) {
      throw failure.in(part, remedyOfOneRow(part));
    } else {
      limit.halve(part.span());
      run(runners, part, null, 0);
    }
  }

  /** Finds the rows that can't be processed, and keeps the results of the others. */
  private void skipBadRows(BatchRunner runner, BatchPart part, BatchFailure failure)
      throws InterruptedException {
    try {
      List<SkippedRow> bad = search(runner, part, failure);
      BatchPart good = without(bad, part);
      ProcessedRows results =
          good.rows() == 0 ? NOTHING : attempt(List.of(runner), good, null).get(0);
      keep(runner, part, results, bad);
    } catch (BatchFailure other) {
      if (other.isOfRows()) {
        throw other.in(part);
      }
      handle(List.of(runner), part, other, 0);
    }
  }

  private List<SkippedRow> search(BatchRunner runner, BatchPart part, BatchFailure failure)
      throws InterruptedException {
    long most = runner.badRows().most() - runner.skipped().count();
    List<SkippedRow> bad =
        new BadRowSearch(part, most, rows -> failureOf(runner, part.only(rows))).run();
    if (bad.isEmpty()) {
      throw failure.in(part, "no row can be skipped, since none fails by itself");
    }
    runner.badRows().check(runner.tag(), runner.skipped().plus(SkippedRows.of(bad)));
    return bad;
  }

  private Optional<BatchFailure> failureOf(BatchRunner runner, BatchPart rows)
      throws InterruptedException {
    try {
      attempt(List.of(runner), rows, null);
      return Optional.empty();
    } catch (BatchFailure failure) {
      if (!failure.isOfRows()) {
        throw failure;
      }
      return Optional.of(failure);
    }
  }

  private static BatchPart without(List<SkippedRow> bad, BatchPart part) {
    List<Integer> remaining = new ArrayList<>(part.positions());
    bad.forEach(row -> remaining.remove((Integer) (int) (row.row() - part.batch().firstRow())));
    return part.only(remaining);
  }

  private EvaluationException indivisible(BatchRunner runner, BatchPart part, String why) {
    return EvaluationException.of(
        runner.tag(),
        "out of memory on %s with batches of %s rows, which can't be halved: the results of processData"
                .formatted(model.device(), part.batch().rows())
            + " belong to a batch rather than to its rows (%s); set batch_size to %s or less"
                .formatted(why, limit.mostRows()));
  }

  private String remedyOfOneRow(BatchPart part) {
    String row = String.join(", ", part.arrays().stream().map(HostArray::toString).toList());
    return "even one row (%s) doesn't fit into the memory of %s, of which %s; use a device with more"
            .formatted(row, model.device(), DeviceMemory.of(model.device()))
        + " memory or a smaller model, or let fewer tasks and models share it";
  }
}
