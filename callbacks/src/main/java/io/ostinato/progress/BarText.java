package io.ostinato.progress;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * The text of a bar: its label, the fraction completed, the counts, the remaining time and a
 * message. If the line is too narrow, the bar shrinks first, then label and message are shortened:
 * the label in its middle, and the message by its last parts, which commas separate, or in its
 * middle. Then the least important parts of the line are omitted.
 *
 * @param label the name of the work
 * @param total the amount of work, or {@link ProgressDisplay#UNKNOWN}
 * @param unit the unit of total and done
 */
record BarText(String label, long total, String unit) {
  private static final int WIDEST_BAR = 24;
  private static final int NARROWEST_BAR = 8;
  private static final int SHORTEST_NAME = 12;
  private static final String GAP = "  ";
  private static final String PART = ", ";

  BarText {
    label = TextWidth.printable(label);
  }

  /** How much of the work is done, and the time it has taken. */
  record State(long done, String message, Duration passed) {
    State {
      message = TextWidth.printable(message);
    }
  }

  /** The line, at most this many columns wide. */
  String line(State state, int columns) {
    List<String> middles = middles(state);
    for (String middle : middles) {
      int free = columns - TextWidth.of(middle) - 1 - (total > 0 ? NARROWEST_BAR + 3 : 0);
      if (free >= Math.min(SHORTEST_NAME, TextWidth.of(label))) {
        boolean narrow = !middle.equals(middles.get(0));
        return line(state, middle, narrow ? "" : message(state.message(), free), free);
      }
    }
    String most =
        middles.stream()
            .map(String::strip)
            .filter(middle -> TextWidth.of(middle) <= columns)
            .findFirst()
            .orElse(middles.get(middles.size() - 1).strip());
    return TextWidth.shortened(most, columns);
  }

  /** The candidates for the text after the bar, from the longest to the shortest. */
  private List<String> middles(State state) {
    if (total <= 0) {
      String count = text(" %,d %s", state.done(), unit);
      return List.of(count + GAP + time(state.passed()), count);
    }
    String percent = text("%3d%%", (int) Math.floor(100 * share(state) + 1e-9));
    String most = percent + text(" %,d/%,d %s", state.done(), total, unit);
    return List.of(most + GAP + left(state), most, percent);
  }

  private String line(State state, String middle, String message, int free) {
    String name = TextWidth.shortened(label, free - TextWidth.of(message));
    int bar = NARROWEST_BAR + free - TextWidth.of(name) - TextWidth.of(message);
    String drawn = total > 0 ? " [" + bar(state, Math.min(WIDEST_BAR, bar)) + "]" : "";
    return name + drawn + " " + middle + message;
  }

  /**
   * Label and message each get half of the free columns, plus those that the other doesn't need.
   */
  private String message(String message, int free) {
    int wanted = message.isEmpty() ? 0 : GAP.length() + TextWidth.of(message);
    int columns = Math.min(wanted, Math.max(free / 2, free - TextWidth.of(label)));
    return wanted == 0 || columns < Math.min(wanted, SHORTEST_NAME)
        ? ""
        : GAP + shortened(message, columns - GAP.length());
  }

  /** As many leading parts of the message as fit, or what fits of its ends if it has one part. */
  private static String shortened(String message, int columns) {
    String parts = message;
    while (TextWidth.of(parts) > columns && parts.contains(PART)) {
      parts = parts.substring(0, parts.lastIndexOf(PART));
    }
    return TextWidth.shortened(TextWidth.of(parts) > columns ? message : parts, columns);
  }

  private String bar(State state, int width) {
    int filled = (int) Math.floor(share(state) * width + 1e-9);
    return "#".repeat(filled) + "-".repeat(width - filled);
  }

  private double share(State state) {
    return Math.min(1.0, Math.max(0.0, (double) state.done() / total));
  }

  private String left(State state) {
    double share = share(state);
    if (share <= 0) {
      return "--:--";
    }
    long millis = (long) (state.passed().toMillis() * (1 - share) / share);
    return time(Duration.ofMillis(millis)) + " left";
  }

  private static String time(Duration duration) {
    long seconds = duration.toSeconds();
    return seconds < 3600
        ? text("%d:%02d", seconds / 60, seconds % 60)
        : text("%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
