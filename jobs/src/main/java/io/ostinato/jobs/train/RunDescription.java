package io.ostinato.jobs.train;

import io.ostinato.jobs.config.Resolved;
import java.util.stream.Collectors;

/** A training in one line. */
final class RunDescription {
  private RunDescription() {}

  static String of(RunConfig config) {
    String callbacks =
        config.callbacks().stream().map(RunDescription::kind).collect(Collectors.joining(", "));
    String evaluations = String.join(", ", config.datasets().evaluations().keySet());
    return "%s, %s, %s of %s samples an update; evaluations on: %s; callbacks: %s"
        .formatted(
            kind(config.model()),
            kind(config.optimizer()),
            config.length().length(),
            config.effectiveBatchSize(),
            evaluations.isEmpty() ? "none" : evaluations,
            callbacks.isEmpty() ? "none" : callbacks);
  }

  private static String kind(Object config) {
    return Resolved.flat(config).getOrDefault("kind", "");
  }
}
