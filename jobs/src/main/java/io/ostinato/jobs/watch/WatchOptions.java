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

/** The options that say which files are checkpoints, when they are complete, and when to end. */
final class WatchOptions {
  @Option(
      names = "--checkpoints",
      required = true,
      paramLabel = "<folder>",
      description = "Folder to watch, on any file system that Hadoop supports.")
  String checkpoints = "";

  @Option(
      names = "--pattern",
      paramLabel = "<glob>",
      description =
          "Glob pattern of the names of checkpoints. With a module as --architecture, it can match"
              + " subfolders with weights, such as checkpoint-*. Default: ${DEFAULT-VALUE}.")
  private String pattern = "*.pt";

  @Option(
      names = "--marker",
      paramLabel = "<suffix>",
      description =
          "Suffix of marker files, such as .done: a checkpoint is complete once a file with its"
              + " name plus this suffix exists. Default: no markers; a checkpoint is complete once"
              + " its size and modification time have not changed for --poll.")
  private @Nullable String marker;

  @Option(
      names = "--policy",
      paramLabel = "<policy>",
      description =
          "every: evaluate each checkpoint, in order; latest: evaluate the newest and skip older"
              + " ones. Default: ${DEFAULT-VALUE}.")
  private Policy policy = Policy.EVERY;

  @Option(
      names = "--poll",
      paramLabel = "<duration>",
      converter = DurationConverter.class,
      defaultValue = "10s",
      description = "Interval between listings of the folder. Default: ${DEFAULT-VALUE}.")
  private Duration poll = Duration.ZERO;

  @Option(
      names = "--until-idle",
      paramLabel = "<duration>",
      converter = DurationConverter.class,
      description =
          "Exit after this long without new checkpoints, such as 5m. Default: run until SIGTERM or"
              + " SIGINT.")
  private @Nullable Duration untilIdle;

  @Option(names = "--once", description = "Exit once all existing checkpoints are done.")
  private boolean once;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec = CommandSpec.create();

  /**
   * The settings of the watch.
   *
   * @throws ParameterException if options contradict each other
   */
  WatchSettings settings() {
    if (once && untilIdle != null) {
      throw wrong("--once can't be combined with --until-idle; remove one of them");
    }
    Duration idle = untilIdle;
    Ending ending = idle == null ? Ending.never() : Ending.idleFor(idle);
    return new WatchSettings(policy, poll, once ? Ending.once() : ending);
  }

  /**
   * The test of whether a checkpoint is complete.
   *
   * @throws ParameterException if the pattern or the marker is invalid
   */
  Completeness completeness() {
    try {
      NameFilter names = new NameFilter(pattern);
      String end = marker;
      if (end == null) {
        return Completeness.unchangedFor(poll, names);
      }
      if (end.isBlank()) {
        throw wrong("--marker '%s' must not be blank".formatted(end));
      }
      return Completeness.markedBy(end, names);
    } catch (PatternSyntaxException e) {
      throw wrong("--pattern '%s' is not a valid glob: %s".formatted(pattern, e.getDescription()));
    }
  }

  /**
   * A name with the ending of all names that the pattern matches; empty if the pattern has no fixed
   * ending.
   */
  Optional<String> commonEnd() {
    boolean open = List.of("*", "?", "}", "]").stream().anyMatch(pattern::endsWith);
    return open ? Optional.empty() : Optional.of(pattern);
  }

  ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
