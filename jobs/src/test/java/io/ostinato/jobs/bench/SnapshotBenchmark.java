package io.ostinato.jobs.bench;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import io.ostinato.jobs.bench.SnapshotTraining.Medians;
import io.ostinato.model.BlockWeights;
import io.ostinato.weights.CapturedWeights;
import io.ostinato.weights.SnapshotTaker;
import java.nio.file.Path;
import java.util.List;

/**
 * How long a training waits until weights of 103 MB are kept, all of which changed, over copying
 * 100 MB: in a training, with all that such a moment takes there, and alone.
 */
record SnapshotBenchmark(Path folder) implements Benchmark {
  private static final int MEGABYTES_100 = 100_000_000;

  @Override
  public List<Figure> run() throws Exception {
    try (NDManager manager = Engine.getInstance().newBaseManager()) {
      Block trained = BenchNets.large();
      trained.initialize(manager, DataType.FLOAT32, new Shape(1, 784), new Shape(1));
      Rounds alone = rounds(trained);
      Medians medians = new SnapshotTraining(manager, folder).run();
      return List.of(
          new Figure(
              "beside.snapshot",
              medians.moment() / medians.copy(),
              "x copying 100 MB",
              "<= 2",
              "in a training: moment %.1f ms, copy %.1f ms; alone: %s"
                  .formatted(
                      1e3 * medians.moment(),
                      1e3 * medians.copy(),
                      alone.detail("snapshot", "copy"))));
    }
  }

  private static Rounds rounds(Block trained) throws Exception {
    byte[] source = new byte[MEGABYTES_100];
    byte[] target = new byte[MEGABYTES_100];
    SnapshotTaker taker = new SnapshotTaker();
    CapturedWeights[] last = {BlockWeights.capture(trained, taker, null)};
    return Rounds.of(
        () -> last[0] = BlockWeights.capture(trained, taker, null),
        () -> {
          System.arraycopy(source, 0, target, 0, source.length);
          return null;
        },
        () -> {
          last[0].get(); // as the thread of its evaluation does
          BenchNets.change(trained);
        });
  }
}
