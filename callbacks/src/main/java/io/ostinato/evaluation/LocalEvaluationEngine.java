package io.ostinato.evaluation;

import ai.djl.engine.Engine;
import io.ostinato.progress.Progress;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.weights.HostArray;
import io.ostinato.weights.Manifest;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Evaluates in this process, on one thread, batch after batch: what every other engine is measured
 * against. It keeps one model loaded.
 */
public final class LocalEvaluationEngine implements EvaluationEngine {
  private static final Logger log = LoggerFactory.getLogger(LocalEvaluationEngine.class);

  private @Nullable ModelSource source;
  private @Nullable LoadedModel model;
  private @Nullable Manifest resident;

  @Override
  public synchronized EvaluationResults evaluate(
      EvaluationRequest request, ProgressDisplay display) {
    long start = System.nanoTime();
    LoadedModel loaded = modelOf(request);
    long refresh = System.nanoTime() - start;
    BatchRunner runner = new BatchRunner(request.tag(), request.processor(), request.metrics());
    BatchPass pass = new BatchPass(List.of(runner));
    EvaluationModel model = loaded.model();
    long forward = 0;
    long rows = 0;
    try (Stream<DataBlock> blocks = request.data().blocks(request.batchSize());
        Progress progress = display.start(request.tag().toString(), -1, "rows")) {
      for (var iterator = blocks.iterator(); iterator.hasNext(); ) {
        DataBlock block = iterator.next();
        StagedBlock staged = StagedBlock.of(block, loaded.manager());
        long began = System.nanoTime();
        pass.run(staged, model);
        forward += System.nanoTime() - began;
        rows += block.rows();
        progress.update(rows, "");
      }
    }
    long job = System.nanoTime() - start - refresh;
    List<BatchOutput> outputs = runner.outputs();
    RowCheck.check(request.tag(), outputs, rows);
    List<HostArray> collated = Collation.collate(request.tag(), outputs);
    long evaluated = rows;
    long forwarded = forward;
    return EvaluationResults.of(
        collated,
        runner.states(),
        rows,
        request.weights().manifest().hash(),
        () -> timings(start, refresh, job, forwarded),
        closed -> log.info("{}: {} rows, {}", request.tag(), evaluated, closed));
  }

  private static EvaluationTimings timings(long start, long refresh, long job, long forward) {
    long total = System.nanoTime() - start;
    return new EvaluationTimings(
        Duration.ofNanos(total),
        Duration.ZERO,
        Duration.ZERO,
        Duration.ofNanos(job),
        Duration.ofNanos(refresh),
        Duration.ofNanos(job - forward),
        Duration.ofNanos(forward),
        Duration.ofNanos(total - job - refresh),
        Duration.ZERO);
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
