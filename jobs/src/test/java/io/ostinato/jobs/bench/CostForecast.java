package io.ostinato.jobs.bench;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The parts of the time of an evaluation on a cluster: those of the model, and the network, which
 * measurements on one machine don't include.
 *
 * @param bytesPerSecond the bandwidth of each host, in each direction
 */
record CostForecast(CostModel model, double bytesPerSecond) {
  /** Weights are sent in pieces of this size; an executor that has one passes it on. */
  private static final double PIECE_BYTES = 8 << 20;

  /** What saturates, in the order of the table. */
  enum Part {
    JOB("the job itself"),
    TASKS("driver: launching tasks"),
    /** Sending and loading: they overlap, so measurements determine only their sum. */
    WEIGHTS("driver and executors: weights"),
    NETWORK("network: weights"),
    BATCHES("executors: tasks, batches, reading rows, merging states"),
    FORWARD("executors: forward"),
    RESULTS("driver: results, with the network to it");

    private final String text;

    Part(String text) {
      this.text = text;
    }

    String text() {
      return text;
    }
  }

  /** The seconds of each part. */
  Map<Part, Double> parts(CostLoad load) {
    Map<Part, Double> parts = new LinkedHashMap<>();
    parts.put(Part.JOB, model.seconds(CostTerm.JOB, load) + model.seconds(CostTerm.EXECUTOR, load));
    parts.put(Part.TASKS, model.seconds(CostTerm.TASK, load));
    parts.put(
        Part.WEIGHTS, model.seconds(CostTerm.SEND, load) + model.seconds(CostTerm.LOAD, load));
    parts.put(Part.NETWORK, broadcastSeconds(load));
    parts.put(
        Part.BATCHES,
        model.seconds(CostTerm.RUN, load)
            + model.seconds(CostTerm.BATCH, load)
            + model.seconds(CostTerm.READ, load)
            + model.seconds(CostTerm.MERGE, load));
    parts.put(Part.FORWARD, model.seconds(CostTerm.FORWARD, load));
    parts.put(
        Part.RESULTS,
        model.seconds(CostTerm.RESULT, load) + load.rows() * load.resultBytes() / bytesPerSecond);
    return parts;
  }

  double seconds(CostLoad load) {
    return parts(load).values().stream().mapToDouble(Double::doubleValue).sum();
  }

  /** The part that takes longest, apart from the forward. */
  Part largest(CostLoad load) {
    return parts(load).entrySet().stream()
        .filter(part -> part.getKey() != Part.FORWARD)
        .collect(Collectors.maxBy(Map.Entry.comparingByValue()))
        .orElseThrow()
        .getKey();
  }

  /**
   * Every host receives all weights. The number of executors with the first piece doubles with each
   * time that it takes to send one; after that, all links are busy.
   */
  private double broadcastSeconds(CostLoad load) {
    double doublings = Math.ceil(Math.log(load.activeExecutors() + 1) / Math.log(2));
    double pieces = Math.ceil(load.modelBytes() / PIECE_BYTES);
    double piece = load.modelBytes() / pieces;
    return (pieces + doublings - 1) * piece / bytesPerSecond;
  }
}
