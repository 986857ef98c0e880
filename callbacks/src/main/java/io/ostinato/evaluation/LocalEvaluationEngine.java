package io.ostinato.evaluation;

import ai.djl.engine.Engine;
import io.ostinato.progress.Progress;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.weights.Manifest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Evaluates in this process, on one thread, batch after batch: what every other engine is measured
 * against. It keeps one model loaded. As on an executor, {@code processData} runs on a serialized
 * copy of its callback.
 */
public final class LocalEvaluationEngine implements EvaluationEngine {
  private @Nullable ModelSource source;
  private @Nullable LoadedModel model;
  private @Nullable Manifest resident;

  @Override
  public synchronized EvaluationResults evaluate(
      EvaluationRequest request, ProgressDisplay display) {
    long start = System.nanoTime();
    BatchProcessor processor = ProcessorCopy.of(request.processor(), request.tag());
    LoadedModel loaded = modelOf(request);
    BatchRunner runner = new BatchRunner(request.tag(), processor, request.metrics());
    List<BatchOutput> outputs = new ArrayList<>();
    long busy = 0;
    long rows = 0;
    long total = request.data().knownRows().orElse(ProgressDisplay.UNKNOWN);
    try (Stream<DataBlock> blocks = request.data().blocks(request.batchSize());
        Progress progress = display.start(request.tag().toString(), total, "rows")) {
      for (var iterator = blocks.iterator(); iterator.hasNext(); ) {
        DataBlock block = iterator.next();
        long began = System.nanoTime();
        outputs.add(runner.run(block, loaded));
        busy += System.nanoTime() - began;
        rows += block.rows();
        progress.update(rows, "");
      }
    }
    RowCheck.check(request.tag(), outputs, rows);
    var collated = Collation.collate(request.tag(), outputs);
    var timings =
        new EvaluationTimings(Duration.ofNanos(System.nanoTime() - start), Duration.ofNanos(busy));
    return EvaluationResults.of(
        collated, runner.states(), rows, request.weights().manifest().hash(), timings);
  }

  private LoadedModel modelOf(EvaluationRequest request) {
    LoadedModel loaded = model;
    if (loaded == null || source != request.model()) {
      close();
      loaded = request.model().build(Engine.getInstance().defaultDevice());
      model = loaded;
      source = request.model();
    }
    Manifest wanted = request.weights().manifest();
    if (!wanted.equals(resident)) {
      resident = null;
      loaded.refresh(request.weights());
      resident = wanted;
    }
    return loaded;
  }

  @Override
  public synchronized void close() {
    if (model != null) {
      model.close();
    }
    model = null;
    source = null;
    resident = null;
  }
}
