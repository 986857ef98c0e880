package io.ostinato.evaluation;

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
  private final KnownContents known = new KnownContents();

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
    BatchRunner runner = new BatchRunner(request.tag(), processor, request.metrics());
    LoadedModel loaded = modelOf(request);
    long refreshed = System.nanoTime();
    long forward = run(request, loaded, new BatchPass(List.of(runner)), display);
    long ran = System.nanoTime();
    List<BatchOutput> outputs = runner.outputs();
    Certificate certificate = certificate(request, runner.coverage());
    RowCheck.check(request.tag(), outputs, certificate.rowsEvaluated());
    return EvaluationResults.of(
        runner.states().isEmpty() ? Collation.collate(request.tag(), outputs) : List.of(),
        runner.states(),
        certificate,
        () -> timings(start, refreshed - start, ran - refreshed, forward),
        timings ->
            log.info("{}: {} rows, {}", request.tag(), certificate.rowsEvaluated(), timings));
  }

  private Certificate certificate(EvaluationRequest request, Coverage coverage) {
    return Certificate.of(
        request.tag(),
        known.expected(request, coverage),
        request.selection().columns(),
        coverage,
        request.weights().manifest().hash(),
        Attempts.ofTask(0, 0, "driver"));
  }

  /** Runs all batches; returns the time they took, in nanoseconds. */
  private long run(
      EvaluationRequest request, LoadedModel loaded, BatchPass pass, ProgressDisplay display) {
    long forward = 0;
    long rows = 0;
    DataSelection selection = request.selection();
    OptionalLong known = request.data().knownRows();
    long total =
        known.isPresent()
            ? Math.min(known.getAsLong(), selection.maxRows())
            : ProgressDisplay.UNKNOWN;
    try (Stream<DataBatch> batches = request.data().batches(request.batchSize());
        Progress progress = display.start(request.tag().toString(), total, "rows")) {
      var iterator = batches.iterator();
      while (rows < selection.maxRows() && iterator.hasNext()) {
        DataBatch selected = selection.of(iterator.next(), request.tag());
        StagedBatch staged = StagedBatch.of(selected, loaded.manager());
        long began = System.nanoTime();
        pass.run(staged, loaded, request.weights());
        forward += System.nanoTime() - began;
        rows += staged.data().rows();
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

  private LoadedModel modelOf(EvaluationRequest request) {
    LoadedModel loaded = model;
    if (loaded == null || source != request.model()) {
      close();
      loaded = request.model().build(NativeLibraries.engine().defaultDevice());
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
