package io.ostinato.jobs.watch;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options about the folder: what in it is a checkpoint, when it is complete, for how long. */
final class WatchOptions {
  @Option(
      names = "--checkpoints",
      required = true,
      paramLabel = "<folder>",
      description = "The folder to watch, on any file system that Hadoop knows.")
  String checkpoints = "";

  @Option(
      names = "--pattern",
      paramLabel = "<glob>",
      description = "Which names are those of checkpoints. Default: ${DEFAULT-VALUE}.")
  private String pattern = "*.pt";

  @Option(
      names = "--marker",
      paramLabel = "<end>",
      description =
          "A checkpoint is complete when there is a file of its name with this at the end, as in"
              + " .done. Without it: when its size and time have not changed for --poll.")
  private @Nullable String marker;

  @Option(
      names = "--policy",
      paramLabel = "<policy>",
      description =
          "every: each checkpoint, in order; latest: always the newest, older ones are skipped."
              + " Default: ${DEFAULT-VALUE}.")
  private Policy policy = Policy.EVERY;

  @Option(
      names = "--poll",
      paramLabel = "<duration>",
      converter = DurationConverter.class,
      defaultValue = "10s",
      description = "How long to wait between looks into the folder. Default: ${DEFAULT-VALUE}.")
  private Duration poll = Duration.ZERO;

  @Option(
      names = "--until-idle",
      paramLabel = "<duration>",
      converter = DurationConverter.class,
      description = "End when nothing new has come for that long, as in 5m. Default: at SIGTERM.")
  private @Nullable Duration untilIdle;

  @Option(names = "--once", description = "End when all that is there is done.")
  private boolean once;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec = CommandSpec.create();

  /**
   * How to watch.
   *
   * @throws ParameterException if options don't go together
   */
  WatchSettings settings() {
    if (once && untilIdle != null) {
      throw wrong("--once ends the watch itself; leave --until-idle out");
    }
    Duration idle = untilIdle;
    Ending ending = idle == null ? Ending.never() : Ending.idleFor(idle);
    return new WatchSettings(policy, poll, once ? Ending.once() : ending);
  }

  /**
   * What tells complete checkpoints.
   *
   * @throws ParameterException if the pattern is none
   */
  Completeness completeness() {
    try {
      NameFilter names = new NameFilter(pattern);
      String end = marker;
      if (end == null) {
        return Completeness.unchangedFor(poll, names);
      }
      if (end.isBlank()) {
        throw wrong("--marker '%s' must have something that files end with".formatted(end));
      }
      return Completeness.markedBy(end, names);
    } catch (PatternSyntaxException e) {
      throw wrong("--pattern '%s' is no glob: %s".formatted(pattern, e.getDescription()));
    }
  }

  /** A name that stands for all that the pattern matches, if their ends are all the same. */
  Optional<String> commonEnd() {
    boolean open = List.of("*", "?", "}", "]").stream().anyMatch(pattern::endsWith);
    return open ? Optional.empty() : Optional.of(pattern);
  }

  ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
