package io.ostinato.evaluation;

import ai.djl.Device;
import io.ostinato.libraries.NativeLibraries;
import io.ostinato.model.LoadedModel;
import io.ostinato.model.ModelSource;
import io.ostinato.progress.Progress;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.weights.Manifest;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Evaluates in this process, on one thread, batch by batch; the reference for all other engines. It
 * keeps one model loaded. As on an executor, {@code processData} runs on a serialized copy of its
 * callback.
 */
public final class LocalEvaluationEngine implements EvaluationEngine {
  private static final Logger log = LoggerFactory.getLogger(LocalEvaluationEngine.class);

  private @Nullable ModelSource source;
  private @Nullable LoadedModel model;
  private @Nullable Manifest resident;
  private final Set<String> told = new HashSet<>();

  /**
   * Creates an engine without a model.
   *
   * @throws IllegalStateException if the environment prevents PyTorch's libraries from being loaded
   */
  public LocalEvaluationEngine() {
    NativeLibraries.prepare();
  }

  @Override
  public synchronized EvaluationResults evaluate(
      EvaluationRequest request, ProgressDisplay display) {
    check(request.target());
    long start = System.nanoTime();
    BatchProcessor processor = ProcessorCopy.of(request.processor(), request.tag());
    BatchRunner runner =
        new BatchRunner(request.tag(), processor, request.metrics(), request.policy().badRows());
    BatchParts parts = new BatchParts(List.of(runner), MemoryRelief.NONE);
    LoadedModel loaded = modelOf(request, parts);
    long refreshed = System.nanoTime();
    long forward = run(request, loaded, parts, display);
    long ran = System.nanoTime();
    List<BatchOutput> outputs = runner.outputs();
    long covered = outputs.stream().mapToLong(BatchOutput::rows).sum();
    RowCheck.check(request.tag(), outputs, covered);
    SkippedRows skipped = runner.skipped();
    skipped.report(request.tag(), covered);
    parts
        .halvedTo()
        .ifPresent(
            most ->
                log.warn(
                    "{}: batches were halved to {} rows, because the memory of {} ran out",
                    request.tag(),
                    most,
                    loaded.device()));
    long rows = covered - skipped.count();
    return EvaluationResults.of(
            runner.states().isEmpty() ? Collation.collate(request.tag(), outputs) : List.of(),
            runner.states(),
            rows,
            request.weights().manifest().hash(),
            () -> timings(start, refreshed - start, ran - refreshed, forward),
            timings -> log.info("{}: {} rows, {}", request.tag(), rows, timings))
        .skipping(skipped);
  }

  /** Runs all batches; returns the time they took, in nanoseconds. */
  private long run(
      EvaluationRequest request, LoadedModel loaded, BatchParts parts, ProgressDisplay display) {
    long forward = 0;
    long rows = 0;
    DataSelection selection = request.selection();
    OptionalLong known = request.data().knownRows();
    long total =
        known.isPresent()
            ? Math.min(known.getAsLong(), selection.maxRows())
            : ProgressDisplay.UNKNOWN;
    try (Stream<DataBatch> batches =
            request.data().batches(request.batchSize(), request.policy().badRows());
        Progress progress = display.start(request.tag().toString(), total, "rows")) {
      var iterator = batches.iterator();
      while (rows < selection.maxRows() && iterator.hasNext()) {
        DataBatch selected = selection.of(iterator.next(), request.tag());
        StagedBatch staged =
            parts.stage(
                selected, loaded.device(), batch -> StagedBatch.of(batch, loaded.manager()));
        long began = System.nanoTime();
        parts.run(staged, loaded, request.weights());
        forward += System.nanoTime() - began;
        rows += selected.rows();
        progress.update(rows, "");
      }
      return forward;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw EvaluationException.of(request.tag(), "it was interrupted", e);
    } finally {
      loaded.notes().stream()
          .filter(told::add)
          .forEach(note -> log.info("{}: {}", request.tag(), note));
    }
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

  private LoadedModel modelOf(EvaluationRequest request, BatchParts parts) {
    Device device = NativeLibraries.engine().defaultDevice();
    try {
      return parts.load(device, () -> modelOf(request, device));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw EvaluationException.of(request.tag(), "it was interrupted", e);
    } catch (RuntimeException e) {
      close(); // a model that is loaded in part is of no use
      throw e;
    }
  }

  private LoadedModel modelOf(EvaluationRequest request, Device device) {
    LoadedModel loaded = model;
    if (loaded == null || source != request.model()) {
      close();
      loaded = request.model().build(device);
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
