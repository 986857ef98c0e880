package io.ostinato.evaluation;

import ai.djl.Device;
import io.ostinato.libraries.NativeLibraries;
import io.ostinato.libraries.Reason;
import io.ostinato.model.LoadedModel;
import io.ostinato.progress.Progress;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.weights.HostArray;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Evaluates in this process, on one thread, batch by batch; the reference for all other engines. It
 * keeps one model loaded. As on an executor, {@code processData} runs on a serialized copy of its
 * callback.
 *
 * <p>The thread is the calling one, or one of the evaluation's own if it has a deadline. A thread
 * that doesn't end when it is interrupted at the deadline is abandoned together with its model,
 * which no later evaluation uses.
 */
public final class LocalEvaluationEngine implements EvaluationEngine {
  private static final Logger log = LoggerFactory.getLogger(LocalEvaluationEngine.class);

  /** How long a thread may take to end after it was interrupted at a deadline. */
  private static final Duration GRACE = Duration.ofSeconds(2);

  private final Set<String> told = ConcurrentHashMap.newKeySet();
  private final KnownContents known = new KnownContents();
  private final SilenceTimer silences;
  private LocalModel model = new LocalModel();

  /**
   * Creates an engine without a model.
   *
   * @throws IllegalStateException if the environment prevents PyTorch's libraries from being loaded
   */
  public LocalEvaluationEngine() {
    this(SilenceTimer.DEFAULT_SILENCE);
  }

  /** Creates an engine that logs evaluations without progress for this long. */
  LocalEvaluationEngine(Duration silence) {
    NativeLibraries.prepare();
    this.silences = new SilenceTimer(silence);
  }

  @Override
  public synchronized EvaluationResults evaluate(
      EvaluationRequest request, ProgressDisplay display) {
    check(request.target());
    AtomicLong done = new AtomicLong();
    try (SilenceTimer.Watched watched =
        silences.watch(done::get, silence -> logSilence(request, silence, done.get()))) {
      Optional<Duration> deadline = request.policy().deadline();
      return deadline.isEmpty()
          ? evaluate(request, model, done, display)
          : evaluateBefore(deadline.get(), request, done, display);
    }
  }

  private EvaluationResults evaluateBefore(
      Duration deadline, EvaluationRequest request, AtomicLong done, ProgressDisplay display) {
    LocalModel used = model;
    long start = System.nanoTime();
    TimedRun<EvaluationResults> run =
        TimedRun.start(
            () -> evaluate(request, used, done, display), EvaluationResults::discard, used::close);
    try {
      return run.await(deadline);
    } catch (ExecutionException e) {
      throw thrown(request.tag(), Objects.requireNonNullElse(e.getCause(), e));
    } catch (TimeoutException e) {
      Duration elapsed = Duration.ofNanos(System.nanoTime() - start);
      end(run, request.tag());
      throw DeadlineExceededException.of(
          request.tag(), deadline, elapsed, progress(request, done.get()), null);
    } catch (InterruptedException e) {
      end(run, request.tag());
      Thread.currentThread().interrupt();
      throw EvaluationException.of(request.tag(), "it was interrupted", e);
    }
  }

  /** Ends a run, and discards the model, whose state is unknown. */
  private void end(TimedRun<EvaluationResults> run, EvaluationTag tag) {
    LocalModel used = model;
    model = new LocalModel();
    if (run.end(GRACE)) {
      used.close();
    } else {
      log.warn(
          "{}: the thread of the cancelled evaluation ignores that it was interrupted, so it and"
              + " its model are abandoned; their memory is freed when it ends. It is at {}",
          tag,
          run.place());
    }
  }

  private static RuntimeException thrown(EvaluationTag tag, Throwable cause) {
    if (cause instanceof RuntimeException exception) {
      return exception;
    } else if (cause instanceof Error error) {
      throw error;
    }
    return EvaluationException.failed(tag, Reason.of(cause), cause);
  }

  private static void logSilence(EvaluationRequest request, Duration silence, long done) {
    log.warn(
        "{}: no progress for {} s; {}",
        request.tag(),
        silence.toSeconds(),
        progress(request, done));
  }

  private static String progress(EvaluationRequest request, long done) {
    long total = total(request);
    return total == ProgressDisplay.UNKNOWN
        ? "%s rows were done".formatted(done)
        : "%s of %s rows were done".formatted(done, total);
  }

  private static long total(EvaluationRequest request) {
    OptionalLong known = request.data().knownRows();
    return known.isPresent()
        ? Math.min(known.getAsLong(), request.selection().maxRows())
        : ProgressDisplay.UNKNOWN;
  }

  /**
   * Evaluates on this thread.
   *
   * @param used loads the model; guarded by the lock of this engine unless it is abandoned
   * @param done is set to the number of rows so far
   */
  private EvaluationResults evaluate(
      EvaluationRequest request, LocalModel used, AtomicLong done, ProgressDisplay display) {
    long start = System.nanoTime();
    BatchProcessor processor = ProcessorCopy.of(request.processor(), request.tag());
    BatchRunner runner =
        new BatchRunner(request.tag(), processor, request.metrics(), request.policy().badRows());
    BatchParts parts = new BatchParts(List.of(runner), MemoryRelief.NONE);
    LoadedModel loaded = load(request, used, parts);
    long refreshed = System.nanoTime();
    long forward;
    try {
      forward = run(request, loaded, parts, done, display);
    } finally {
      runner.close();
    }
    long ran = System.nanoTime();
    List<BatchOutput> outputs = runner.outputs();
    Certificate certificate = certificate(request, runner.coverage());
    RowCheck.check(request.tag(), outputs, certificate.rowsExpected());
    SkippedRows skipped = runner.skipped();
    skipped.report(request.tag(), certificate.rowsExpected());
    logHalving(request.tag(), parts, loaded.device());
    List<HostArray> collated =
        runner.states().isEmpty() ? Collation.collate(request.tag(), outputs) : List.of();
    FiniteResults.check(
        request.tag(), request.policy().nonFinite(), collated, 0, certificate.rowsEvaluated());
    EvaluationResults results =
        EvaluationResults.of(
                collated,
                runner.states(),
                certificate,
                () -> timings(start, refreshed - start, ran - refreshed, forward),
                timings ->
                    log.info(
                        "{}: {} rows, {}", request.tag(), certificate.rowsEvaluated(), timings))
            .skipping(skipped);
    return FiniteResults.checked(request.tag(), request.policy().nonFinite(), results);
  }

  private static LoadedModel load(EvaluationRequest request, LocalModel used, BatchParts parts) {
    try {
      return parts.load(NativeLibraries.engine().defaultDevice(), () -> used.of(request));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw EvaluationException.of(request.tag(), "it was interrupted", e);
    } catch (RuntimeException e) {
      used.close(); // a model that is loaded in part is of no use
      throw e;
    }
  }

  private static void logHalving(EvaluationTag tag, BatchParts parts, Device device) {
    parts
        .halvedTo()
        .ifPresent(
            most ->
                log.warn(
                    "{}: batches were halved to {} rows, because the memory of {} ran out",
                    tag,
                    most,
                    device));
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
      EvaluationRequest request,
      LoadedModel loaded,
      BatchParts parts,
      AtomicLong done,
      ProgressDisplay display) {
    long forward = 0;
    long rows = 0;
    DataSelection selection = request.selection();
    try (Stream<DataBatch> batches =
            request.data().batches(request.batchSize(), request.policy().badRows());
        Progress progress = display.start(request.tag().toString(), total(request), "rows")) {
      var iterator = batches.iterator();
      RowsMessage message = new RowsMessage(request.weights().manifest());
      while (rows < selection.maxRows() && iterator.hasNext()) {
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
        DataBatch selected = selection.of(iterator.next(), request.tag());
        StagedBatch staged =
            parts.stage(
                selected, loaded.device(), batch -> StagedBatch.of(batch, loaded.manager()));
        long began = System.nanoTime();
        parts.run(staged, loaded, request.weights());
        forward += System.nanoTime() - began;
        rows += selected.rows();
        done.set(rows);
        progress.update(rows, message.at(rows));
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

  @Override
  public synchronized void close() {
    model.close();
  }
}
