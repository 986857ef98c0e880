package io.ostinato.jobs.bench;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.ostinato.evaluation.DataBatch;
import io.ostinato.model.LoadedModel;
import io.ostinato.model.ModelSource;
import io.ostinato.weights.WeightSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The least that an evaluation can cost: the forward of batches that are in the memory of the
 * device.
 */
final class PureForward implements Callable<Void>, AutoCloseable {
  static final int THREADS = 2;

  private final int threadCount;
  private final LoadedModel model;
  private final NDManager owner;
  private final List<NDArray> inputs = new ArrayList<>();
  private final ExecutorService threads;

  PureForward(ModelSource source, WeightSnapshot weights, List<DataBatch> batches) {
    this(Device.cpu(), THREADS, source, weights, batches);
  }

  private PureForward(
      Device device,
      int threadCount,
      ModelSource source,
      WeightSnapshot weights,
      List<DataBatch> batches) {
    this.threadCount = threadCount;
    threads = Executors.newFixedThreadPool(threadCount);
    model = source.build(device);
    model.refresh(weights);
    owner = model.manager().newSubManager();
    batches.forEach(batch -> inputs.add(batch.arrays().get(0).copyTo(owner)));
  }

  /** On another device, on this number of threads. */
  static PureForward on(
      Device device,
      int threadCount,
      ModelSource source,
      WeightSnapshot weights,
      List<DataBatch> batches) {
    return new PureForward(device, threadCount, source, weights, batches);
  }

  @Override
  public Void call() throws Exception {
    List<Future<?>> parts = new ArrayList<>();
    AtomicInteger next = new AtomicInteger();
    for (int thread = 0; thread < threadCount; thread++) {
      parts.add(
          threads.submit(
              () -> {
                for (int i = next.getAndIncrement();
                    i < inputs.size();
                    i = next.getAndIncrement()) {
                  forward(inputs.get(i));
                }
              }));
    }
    for (Future<?> part : parts) {
      part.get();
    }
    if (model.device().isGpu()) {
      Gpu.await(owner); // a forward returns before the GPU has computed it
    }
    return null;
  }

  private void forward(NDArray input) {
    try (NDManager scope = owner.newSubManager()) {
      NDArray view = input.reshape(input.getShape());
      view.attach(scope);
      model.model().forward(view);
    }
  }

  @Override
  public void close() {
    threads.shutdown();
    model.close();
  }
}
