package io.ostinato.jobs.train;

import io.ostinato.describe.Kinds;
import io.ostinato.jobs.config.Bound;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Summarizes a training in one line. */
final class RunDescription {
  private RunDescription() {}

  static String of(Bound<RunConfig> bound) {
    RunConfig config = bound.value();
    String evaluations = String.join(", ", config.datasets().evaluations().keySet());
    String callbacks = kinds(bound.written().get("callbacks"));
    return "%s, %s, %s, %s samples per update; evaluations on: %s; callbacks: %s"
        .formatted(
            kinds(bound.written().get("model")),
            kinds(bound.written().get("optimizer")),
            config.length(),
            config.effectiveBatchSize(),
            evaluations.isEmpty() ? "none" : evaluations,
            callbacks.isEmpty() ? "none" : callbacks);
  }

  /** The kind of a section, or the kinds of a list of sections. */
  private static String kinds(@Nullable Object written) {
    List<?> all = written instanceof List<?> list ? list : Stream.ofNullable(written).toList();
    return all.stream()
        .map(one -> String.valueOf(((Map<?, ?>) one).get(Kinds.KIND)))
        .collect(Collectors.joining(", "));
  }
}
