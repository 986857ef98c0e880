package io.ostinato.jobs.bench;

import java.util.function.ToDoubleFunction;

/** A part of the time of an evaluation: its quantity times a coefficient that is fitted. */
enum CostTerm {
  JOB("a job", "ms", 1e3, "driver", load -> 1),
  TASK("launching a task", "ms", 1e3, "driver", CostLoad::launchedTasks),
  RESULT("a byte of results", "ns", 1e9, "driver", load -> load.rows() * load.resultBytes()),
  SEND("a byte of changed weights", "ns", 1e9, "driver", CostLoad::modelBytes),
  EXECUTOR(
      "an executor of a host",
      "ms",
      1e3,
      "executors",
      load -> load.activeExecutors() / load.hosts()),
  LOAD(
      "a byte of changed weights, for each executor of a host",
      "ns",
      1e9,
      "executors",
      load -> load.modelBytes() * load.activeExecutors() / load.hosts()),
  RUN("running a task, in a slot", "ms", 1e3, "executors", load -> load.tasks() / load.parallel()),
  BATCH("a batch, in a slot", "ms", 1e3, "executors", load -> load.batches() / load.parallel()),
  MERGE(
      "a state that is merged on executors, in a slot",
      "ms",
      1e3,
      "executors",
      load -> load.mergedTasks() / load.parallel()),
  READ(
      "a byte of rows, in a slot",
      "ns",
      1e9,
      "executors",
      load -> load.rows() * load.rowBytes() / load.parallel()),
  FORWARD(
      "the forward, relative to its limit",
      "×",
      1,
      "executors",
      load -> load.rows() * load.forwardSeconds() / load.parallel());

  private final String text;
  private final String unit;
  private final double unitsPerSecond;
  private final String place;
  private final ToDoubleFunction<CostLoad> quantity;

  CostTerm(
      String text,
      String unit,
      double unitsPerSecond,
      String place,
      ToDoubleFunction<CostLoad> quantity) {
    this.text = text;
    this.unit = unit;
    this.unitsPerSecond = unitsPerSecond;
    this.place = place;
    this.quantity = quantity;
  }

  /** What costs time, in words. */
  String text() {
    return text;
  }

  /** The unit of the coefficient. */
  String unit() {
    return unit;
  }

  /** Converts a coefficient in seconds to the unit. */
  double inUnits(double seconds) {
    return seconds * unitsPerSecond;
  }

  /** Where the time is spent: {@code driver}, or {@code executors}, which share the work. */
  String place() {
    return place;
  }

  /** How much of it an evaluation has; its time is proportional to that. */
  double quantity(CostLoad load) {
    return quantity.applyAsDouble(load);
  }
}
