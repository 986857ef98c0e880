package io.ostinato.libraries;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Why an executor was lost. Spark passes on what its cluster manager says, which is often no more
 * than an exit code; this class adds what the code means and a remedy.
 */
public final class ExecutorLoss {
  private static final Pattern LOST =
      Pattern.compile(
          "(?:.*\\bfailed (\\d+) times, )?.*?(?:\\(TID \\d+\\) \\((\\S+) executor \\S+\\): )?"
              + "ExecutorLostFailure \\(executor (\\S+) [^)]*\\) Reason: (.*)");

  /** As Spark's standalone workers, YARN and Kubernetes write it. */
  private static final Pattern CODE =
      Pattern.compile(
          "(?i)(?:exited with (?:exit )?code|exit ?status:?|exit ?code:?) ?(-?\\d{1,9})");

  private static final Pattern OF_MEMORY =
      Pattern.compile("(?i).*(?:memory limit|OOMKilled|out of memory|OutOfMemory).*");

  /** The maximum length of what is passed on; the whole text is in Spark's log. */
  private static final int MOST_CHARACTERS = 300;

  private static final int SIGNALS = 128;
  private static final int LAST_SIGNAL = 64;

  private static final String MORE_OVERHEAD =
      "; increase spark.executor.memoryOverhead, or reduce the batch size or spark.executor.cores";
  private static final String MORE_HEAP =
      "; increase spark.executor.memory, or reduce the batch size or spark.executor.cores";
  private static final String SEE_LOG = "; see the executor's log";
  private static final String IF_OF_MEMORY =
      "; if it was killed for its memory use, increase spark.executor.memoryOverhead";

  private static final String OF_NATIVE_CODE =
      "; native code failed: see the executor's log and its hs_err file, and check the versions of"
          + " the native libraries";

  /** The meaning of a code, and what to do about it. */
  private record Exit(String meaning, String action) {}

  private static final Exit KILLED_FOR_MEMORY =
      new Exit("the limit of its container's memory was exceeded", MORE_OVERHEAD);

  private static final Map<Integer, Exit> EXITS =
      Map.ofEntries(
          Map.entry(50, new Exit("an exception that nothing caught ended it", SEE_LOG)),
          Map.entry(51, new Exit("an exception that nothing caught ended it", SEE_LOG)),
          Map.entry(52, new Exit("it ran out of memory on the Java heap", MORE_HEAP)),
          Map.entry(
              53,
              new Exit(
                  "it could not create a local folder",
                  "; check that spark.local.dir is writable and has space")),
          Map.entry(
              56,
              new Exit(
                  "it could not reach the driver", "; check the network and the driver's load")),
          Map.entry(57, new Exit("a task could not be interrupted", SEE_LOG)),
          Map.entry(130, new Exit("SIGINT: it was interrupted", "; see who stopped it in its log")),
          Map.entry(
              132,
              new Exit(
                  "SIGILL: native code uses an instruction that this processor doesn't have",
                  "; use native libraries built for the processors of all hosts")),
          Map.entry(134, new Exit("SIGABRT: native code aborted", OF_NATIVE_CODE)),
          Map.entry(
              135, new Exit("SIGBUS: native code crashed, or a disk is full", OF_NATIVE_CODE)),
          Map.entry(136, new Exit("SIGFPE: native code crashed", OF_NATIVE_CODE)),
          Map.entry(
              137,
              new Exit(
                  "SIGKILL: it was killed, for example by the memory limit of its container or"
                      + " host",
                  MORE_OVERHEAD)),
          Map.entry(139, new Exit("SIGSEGV: native code crashed", OF_NATIVE_CODE)),
          Map.entry(
              143,
              new Exit(
                  "SIGTERM: it was stopped from outside, for example preempted",
                  "; see the cluster manager's log")),
          Map.entry(
              -100, new Exit("YARN released its container", "; see the resource manager's log")),
          Map.entry(-101, new Exit("the disks of its host failed", "; check the host's disks")),
          Map.entry(-102, new Exit("it was preempted", "; use a queue with guaranteed resources")),
          Map.entry(-103, KILLED_FOR_MEMORY),
          Map.entry(-104, KILLED_FOR_MEMORY));

  private ExecutorLoss() {}

  /**
   * One line about the loss of an executor for which Spark gave up a job; empty if the job failed
   * for another reason.
   *
   * @param text the message of Spark's exception
   */
  public static Optional<String> lineOf(String text) {
    if (!text.contains("ExecutorLostFailure")) {
      return Optional.empty();
    }
    Matcher lost = LOST.matcher(joined(text));
    if (!lost.matches()) {
      return Optional.empty();
    }
    String host = lost.group(2) == null ? "" : " on " + lost.group(2);
    boolean isRetried = lost.group(1) != null && !lost.group(1).equals("1");
    String times = isRetried ? "a task failed %s times, the last time because " : "";
    return Optional.of(
        times.formatted(lost.group(1))
            + "executor %s%s was lost: %s"
                .formatted(lost.group(3), host, explained(lost.group(4))));
  }

  /** The reason that Spark gives for the loss of an executor, with its meaning and a remedy. */
  public static String explained(String reason) {
    String line = joined(reason);
    String shown =
        line.length() > MOST_CHARACTERS ? line.substring(0, MOST_CHARACTERS) + "…" : line;
    String sentence = shown.replaceFirst("[.\\s]+$", "");
    OptionalInt code = codeIn(line);
    Exit exit = code.isPresent() ? exitOf(code.getAsInt()) : null;
    if (exit == null) {
      return sentence + (OF_MEMORY.matcher(line).matches() ? MORE_OVERHEAD : IF_OF_MEMORY);
    }
    return sentence
        + (exit.meaning().isEmpty() ? "" : " (" + exit.meaning() + ")")
        + (Objects.equals(exit.action(), SEE_LOG) && OF_MEMORY.matcher(line).matches()
            ? MORE_OVERHEAD
            : exit.action());
  }

  private static Exit exitOf(int code) {
    Exit known = EXITS.get(code);
    if (known != null) {
      return known;
    }
    boolean isSignal = code > SIGNALS && code <= SIGNALS + LAST_SIGNAL;
    return new Exit(
        isSignal ? String.format(Locale.ROOT, "signal %d", code - SIGNALS) : "", SEE_LOG);
  }

  private static OptionalInt codeIn(String line) {
    Matcher code = CODE.matcher(line);
    return code.find() ? OptionalInt.of(Integer.parseInt(code.group(1))) : OptionalInt.empty();
  }

  /** The lines before Spark's stack trace as one. */
  private static String joined(String text) {
    List<String> lines =
        text.lines()
            .takeWhile(line -> !line.matches("(?:\\s+at .*|Driver stacktrace:.*)"))
            .map(String::strip)
            .filter(line -> !line.isEmpty())
            .toList();
    return String.join(" ", lines);
  }
}
