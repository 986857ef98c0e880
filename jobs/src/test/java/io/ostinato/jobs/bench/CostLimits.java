package io.ostinato.jobs.bench;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.ostinato.evaluation.DataBatch;
import io.ostinato.jobs.bench.CostCase.Net;
import io.ostinato.model.ModelSource;
import io.ostinato.weights.HostArray;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** The forward of each model on batches in native memory: the least that a row can cost. */
final class CostLimits implements AutoCloseable {
  private static final int BATCHES = 16;
  private static final int WARM_UP = 40;
  private static final int REPEATED = 3;

  private final Map<Net, PureForward> forwards = new HashMap<>();
  private final Map<Net, List<Double>> seconds = new HashMap<>();

  /** Measures all models a few times; the first time after a warm-up. */
  void measure(List<CostCase> cases) throws Exception {
    Set<Net> nets = new LinkedHashSet<>();
    cases.forEach(one -> nets.add(plain(one.net())));
    for (Net net : nets) {
      PureForward forward = forwards.get(net);
      if (forward == null) {
        forward = forward(net);
        forwards.put(net, forward);
        measure(forward, WARM_UP);
      }
      seconds.computeIfAbsent(net, any -> new ArrayList<>()).addAll(measure(forward, REPEATED));
    }
  }

  /** The seconds of a row on one thread, for each repetition. */
  private static List<Double> measure(PureForward forward, int repetitions) throws Exception {
    List<Double> times = new ArrayList<>();
    for (int i = 0; i < repetitions; i++) {
      long start = System.nanoTime();
      forward.call();
      double threadSeconds = (System.nanoTime() - start) / 1e9 * PureForward.THREADS;
      times.add(threadSeconds / (BATCHES * BenchSpark.BATCH));
    }
    return times;
  }

  /** The seconds of a row on one thread, in the fastest repetition so far. */
  double least(Net net) {
    return Collections.min(seconds.getOrDefault(plain(net), List.of()));
  }

  /** The model without its table, which hardly takes time. */
  private static Net plain(Net net) {
    return new Net(net.width(), net.units(), 0);
  }

  private static PureForward forward(Net net) {
    Shape input = new Shape(net.width());
    ModelSource source = ModelSource.ofBlock(() -> BenchNets.mlp(net.units()), input);
    return new PureForward(
        source,
        BenchNets.weights(BenchNets.mlp(net.units()), 1, new Shape(1, net.width())),
        batches(net.width()));
  }

  private static List<DataBatch> batches(int width) {
    Random random = new Random(1);
    List<DataBatch> batches = new ArrayList<>();
    for (int i = 0; i < BATCHES; i++) {
      ByteBuffer bytes =
          ByteBuffer.allocate(BenchSpark.BATCH * width * Float.BYTES)
              .order(ByteOrder.LITTLE_ENDIAN);
      while (bytes.hasRemaining()) {
        bytes.putFloat(random.nextFloat() - 0.5f);
      }
      HostArray x =
          HostArray.of("x", DataType.FLOAT32, new Shape(BenchSpark.BATCH, width), bytes.array());
      batches.add(new DataBatch(0, (long) i * BenchSpark.BATCH, BenchSpark.BATCH, List.of(x)));
    }
    return batches;
  }

  @Override
  public void close() {
    forwards.values().forEach(PureForward::close);
  }
}
