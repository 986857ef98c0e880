package io.ostinato.monitor;

import io.ostinato.callback.Invocation;
import io.ostinato.callback.PeriodicCallback;
import io.ostinato.describe.Defaults;
import io.ostinato.describe.Inline;
import io.ostinato.describe.Kind;
import io.ostinato.schedule.Schedule;
import io.ostinato.schedule.UpdateCounter;
import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs the progress of training, the remaining time and the expected end. */
@Kind(
    name = "progress",
    value = "Logs the progress of training and the remaining time. Added by default.")
public final class ProgressLogCallback extends PeriodicCallback {
  private static final long serialVersionUID = 1;
  private static final Logger log = LoggerFactory.getLogger(ProgressLogCallback.class);
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss 'UTC'").withZone(ZoneOffset.UTC);

  private @Nullable Instant began;

  /** The settings of the callback: when to log. Default: every epoch. */
  public record Config(@Inline Schedule schedule) implements Serializable {
    public static Config defaults() {
      return Defaults.of(Config.class);
    }
  }

  public ProgressLogCallback(Config config) {
    super("progress." + config.schedule().intervalString(), config.schedule());
  }

  @Override
  public void beforeTraining(UpdateCounter at) {
    began = context().clock().instant();
  }

  @Override
  protected void periodicCallback(Invocation at) {
    Instant since = began;
    if (since != null && at.isScheduled()) {
      log.info(line(at.counter(), since, context().clock().instant()));
    }
  }

  static String line(UpdateCounter at, Instant began, Instant now) {
    long done = at.current().update() - at.start().update();
    long left = at.remainingUpdates();
    Duration passed = Duration.between(began, now);
    Duration remaining = passed.multipliedBy(left).dividedBy(Math.max(1, done));
    double share = 100.0 * at.current().update() / Math.max(1, at.end().update());
    return String.format(
        Locale.ROOT,
        "%s of %s, %.0f %%; %s passed, about %s left, over at %s",
        at.current(),
        at.end(),
        share,
        text(passed),
        text(remaining),
        TIME.format(now.plus(remaining)));
  }

  private static String text(Duration duration) {
    return duration
        .truncatedTo(ChronoUnit.SECONDS)
        .toString()
        .substring(2)
        .toLowerCase(Locale.ROOT);
  }
}
