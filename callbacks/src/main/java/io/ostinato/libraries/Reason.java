package io.ostinato.libraries;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Extracts the reason of a failure, on one line and with its remedy, from long messages of
 * libraries: the TorchScript interpreter puts it after a trace of the module's code, ONNX Runtime
 * after locations in its own sources, DJL in the cause, and Spark around the exception of a task.
 * Only the classes of this room interpret such messages; the full text stays with the exception.
 *
 * <p>Messages of third parties are interpreted in three more places: {@link
 * io.ostinato.storage.StorageException} and {@link io.ostinato.storage.FileTrouble} for exceptions
 * about files, and {@code DataSource} of the jobs for names that are not valid URIs. Our own
 * exceptions have fields; no decision depends on their messages.
 */
public final class Reason {
  private static final String ONNX_RUNTIME = "ai.onnxruntime.";
  private static final String SPARK = "org.apache.spark.";
  private static final String SMALLER_BATCH = "; reduce the batch size";
  private static final List<String> OTHERS =
      List.of("ai.djl.", ONNX_RUNTIME, SPARK, "com.esotericsoftware.kryo.");

  /** The maximum length of a reason; the full text is available from the exception. */
  private static final int MOST_CHARACTERS = 400;

  /** How much of the beginning and of the end of a message is searched. */
  private static final int MOST_SEARCHED = 20_000;

  /**
   * Marks a location in a module's code; the reason follows the last one, after the rest of the
   * code.
   */
  private static final String HERE = "<--- HERE";

  /** A Python exception with its name; that of an assertion is wrapped in a RuntimeError. */
  private static final Pattern RAISED =
      Pattern.compile(
          "(?:[A-Za-z_]\\w*\\.)*(?:RuntimeError: (?=\\w+Error: ))?([A-Za-z_]\\w*):(?: .*)?");

  /** The location that the interpreter marks if the module itself raises or asserts. */
  private static final Pattern RAISE =
      Pattern.compile(
          "\\n\\s*(?:ops\\.prim\\.RaiseException\\(|raise\\b|assert\\b).*\\n\\s*~+ <--- HERE");

  /** A file of PyTorch's own code, with its path as a module records it. */
  private static final Pattern FILE_OF_PYTORCH =
      Pattern.compile(".*[/\\\\]torch[/\\\\]nn[/\\\\](?:functional|modules)\\b.*");

  private static final Pattern FILE = Pattern.compile("\\n\\s*File \"([^\"\\n]*)\"");

  /** The end of a sentence, but not of an abbreviation. */
  private static final Pattern SENTENCE =
      Pattern.compile(
          "(?<!\\b(?i:i\\.e|e\\.g|i\\. e|e\\. g|etc|vs|cf|al|resp|approx|incl|no|fig|eq|dim|arg))"
              + "[.!?][\"')\\]]*(?=\\s(?!\\p{Ll}))");

  private static final Pattern END = Pattern.compile("[\\s:]+$");

  private static final Pattern NOT_MEANT_FOR_USERS =
      Pattern.compile(
          "\\s*(?:File \".*|at \\S+\\(.*\\)|frame #\\d+.*|Exception raised from .*"
              + "|Driver stacktrace:.*|Serialization trace:.*|CUDA kernel errors might.*|:)");
  private static final Pattern OF_ONNX_RUNTIME =
      Pattern.compile("^Error code - \\w+ - message: (?:Load model from \\S* ?failed: ?)?");
  private static final Pattern IN_SOURCES =
      Pattern.compile("\\S+\\.(?:cc|h|cpp|cu):\\d+ (?:\\S.*?\\) ?(?:const )?)?(?:\\[.*?\\] )?");
  private static final Pattern CLASS_NAME =
      Pattern.compile("(?<![\\w$.])(?:[a-z_][\\w$]*+\\.)++([A-Z][\\w$]*(?:Exception|Error): )");

  private Reason() {}

  /** The reason on one line; for exceptions of other origin, their class and message. */
  public static String of(Throwable thrown) {
    return ofLibrary(thrown)
        .orElseGet(() -> END.matcher(meant(bounded(thrown.toString()).lines())).replaceFirst(""));
  }

  /**
   * Whether Java found a serialized lambda where it expected the lambda itself, which means that
   * the class which contains the lambda is missing in the process that deserializes it.
   */
  public static boolean isOfMissingLambda(Throwable thrown) {
    return thrown instanceof ClassCastException
        && textOf(thrown).contains("java.lang.invoke.SerializedLambda");
  }

  /** As {@link #of}, for a failure that a smaller batch doesn't help against. */
  public static String ofAnyBatch(Throwable thrown) {
    return known(thrown).orElseGet(() -> whole(thrown.toString().lines()));
  }

  /** The reason of an exception from one of the known libraries; empty for others. */
  public static Optional<String> ofLibrary(Throwable thrown) {
    boolean isFull =
        DeviceTrouble.of(thrown).filter(DeviceTrouble.OUT_OF_MEMORY::equals).isPresent();
    return known(thrown).map(line -> isFull ? line + SMALLER_BATCH : line);
  }

  private static Optional<String> known(Throwable thrown) {
    if (isOfOthers(thrown)) {
      String line = whole(ofOthers(thrown).lines());
      return Optional.of(line.isEmpty() ? thrown.getClass().getSimpleName() : line);
    }
    // The libraries also throw exceptions of the JDK.
    StackTraceElement[] trace = thrown.getStackTrace();
    return trace.length > 0 && isNameOfOthers(trace[0].getClassName())
        ? KnownReasons.lineOf(meant(textOf(thrown).lines()))
        : Optional.empty();
  }

  private static boolean isOfOthers(Throwable thrown) {
    return isNameOfOthers(thrown.getClass().getName());
  }

  private static boolean isNameOfOthers(String name) {
    return OTHERS.stream().anyMatch(name::startsWith);
  }

  private static String ofOthers(Throwable thrown) {
    String text = textOf(thrown);
    Throwable cause = thrown.getCause();
    if (cause != null && isOfOthers(cause)) {
      return ofOthers(cause);
    }
    String line =
        text.isBlank() ? thrown.getClass().getSimpleName() : ofText(text, isOf(thrown, SPARK));
    String below = cause == null ? "" : shortened(whole(withoutPackage(cause.toString()).lines()));
    String said = cause == null ? "" : Objects.requireNonNullElse(cause.getMessage(), below);
    return text.contains(said) ? nameOf(thrown) + line : nameOf(thrown) + line + ": " + below;
  }

  private static String textOf(Throwable thrown) {
    return bounded(Objects.requireNonNullElse(thrown.getMessage(), ""));
  }

  /** The text without its middle if it is very long, since patterns are searched in it. */
  private static String bounded(String text) {
    return text.length() <= 2 * MOST_SEARCHED
        ? text
        : text.substring(0, MOST_SEARCHED) + "\n" + text.substring(text.length() - MOST_SEARCHED);
  }

  /** A prefix that names ONNX Runtime; PyTorch, which DJL runs by default, is not named. */
  private static String nameOf(Throwable thrown) {
    return isOf(thrown, ONNX_RUNTIME) ? "ONNX Runtime: " : "";
  }

  private static boolean isOf(Throwable thrown, String library) {
    return thrown.getClass().getName().startsWith(library);
  }

  private static String withoutPackage(String text) {
    return CLASS_NAME.matcher(text).replaceFirst("$1");
  }

  /**
   * The reason in a message. Spark appends the plan of a query or the trace of a task to the first
   * line.
   */
  private static String ofText(String text, boolean isOfSpark) {
    if (text.contains(HERE)) {
      return ofInterpreter(text);
    }
    String said = meant(text.lines());
    String line =
        IN_SOURCES.matcher(OF_ONNX_RUNTIME.matcher(said).replaceFirst("")).replaceAll("").strip();
    return withoutPackage(
        KnownReasons.lineOf(line).orElseGet(() -> shortened(isOfSpark ? first(text) : line)));
  }

  /** The first line, and the lines that follow as long as each ends with a colon. */
  private static String first(String text) {
    StringBuilder first = new StringBuilder();
    for (String line : text.lines().map(String::strip).filter(each -> !each.isEmpty()).toList()) {
      if (NOT_MEANT_FOR_USERS.matcher(line).matches()) {
        break;
      }
      first.append(first.isEmpty() ? "" : " ").append(line);
      if (!line.endsWith(":")) {
        break;
      }
    }
    return first.toString();
  }

  /**
   * The reason that the TorchScript interpreter gives after the module's code. If the module itself
   * raised the exception, no remedy is added, whatever the message, unless that code is PyTorch's.
   */
  private static String ofInterpreter(String text) {
    List<String> lines = text.substring(text.lastIndexOf(HERE)).lines().skip(1).toList();
    for (int i = 0; i < lines.size(); i++) {
      Matcher raised = RAISED.matcher(lines.get(i));
      if (raised.matches()) {
        String first = lines.get(i).substring(raised.start(1));
        String line = meant(Stream.concat(Stream.of(first), lines.stream().skip(i + 1)));
        return known(text, line).orElseGet(() -> shortened(line));
      }
    }
    // When a module is compiled, the location follows the reason.
    String line = meant(text.lines());
    return KnownReasons.lineOf(line).orElseGet(() -> shortened(line));
  }

  private static Optional<String> known(String text, String line) {
    if (!RAISE.matcher(text).find()) {
      return KnownReasons.lineOf(line);
    }
    return isRaisedByPyTorch(text) ? KnownReasons.ofPyTorchsModules(line) : Optional.empty();
  }

  /** Decided by the last location in the code, where the exception was raised. */
  private static boolean isRaisedByPyTorch(String text) {
    String file = "";
    Matcher files = FILE.matcher(text.substring(0, text.lastIndexOf(HERE)));
    while (files.find()) {
      file = files.group(1);
    }
    return FILE_OF_PYTORCH.matcher(file).matches();
  }

  /** All lines joined into one, without a trailing colon. */
  private static String whole(Stream<String> lines) {
    String line =
        String.join(" ", lines.map(String::strip).filter(each -> !each.isEmpty()).toList());
    return END.matcher(line).replaceFirst("");
  }

  private static String meant(Stream<String> lines) {
    return String.join(
        " ",
        lines
            .dropWhile(line -> line.isBlank())
            .takeWhile(line -> !NOT_MEANT_FOR_USERS.matcher(line).matches())
            .map(String::strip)
            .filter(line -> !line.isEmpty())
            .toList());
  }

  /**
   * Cuts a line that is too long after a sentence or else a word, if that keeps at least half of
   * the maximum.
   */
  private static String shortened(String line) {
    if (line.length() <= MOST_CHARACTERS) {
      return line;
    }
    int least = MOST_CHARACTERS / 2;
    int sentence = 0;
    Matcher sentences = SENTENCE.matcher(line);
    while (sentences.find() && sentences.end() <= MOST_CHARACTERS) {
      sentence = sentences.end();
    }
    if (sentence > least) {
      return line.substring(0, sentence);
    }
    int word = line.lastIndexOf(' ', MOST_CHARACTERS);
    int most =
        Character.isHighSurrogate(line.charAt(MOST_CHARACTERS - 1))
            ? MOST_CHARACTERS - 1
            : MOST_CHARACTERS;
    return line.substring(0, word > least ? word : most) + "…";
  }
}
