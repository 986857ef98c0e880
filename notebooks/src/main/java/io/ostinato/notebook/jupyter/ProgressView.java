package io.ostinato.notebook.jupyter;

import io.ostinato.notebook.display.Html;
import io.ostinato.progress.ProgressDisplay;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The bars of a progress display at a moment, outermost work first. */
record ProgressView(List<Bar> bars) {
  private static final int WIDTH = 24;

  /**
   * One piece of work.
   *
   * @param total the amount of work, or {@link ProgressDisplay#UNKNOWN}
   */
  record Bar(String label, long done, long total, String unit, String message) {
    private String counts() {
      return total > 0
          ? String.format(
              Locale.ROOT, "%,d/%,d %s (%d%%)", done, total, unit, (int) (100 * share()))
          : String.format(Locale.ROOT, "%,d %s", done, unit);
    }

    private double share() {
      return total > 0 ? Math.min(1, Math.max(0, (double) done / total)) : 0;
    }

    private String html() {
      String share = String.format(Locale.ROOT, "%.4f", share());
      String bar =
          total > 0 ? "<progress value=\"%s\" max=\"1\"></progress> ".formatted(share) : "";
      return "<div>%s %s%s <small>%s</small></div>"
          .formatted(Html.escape(label), bar, Html.escape(counts()), Html.escape(message));
    }

    private String text() {
      int filled = (int) (share() * WIDTH);
      String bar = total > 0 ? " [" + "#".repeat(filled) + "-".repeat(WIDTH - filled) + "]" : "";
      return "%s%s %s %s".formatted(label, bar, counts(), message).stripTrailing();
    }
  }

  ProgressView {
    bars = List.copyOf(bars);
  }

  String toHtml() {
    return bars.stream().map(Bar::html).collect(Collectors.joining());
  }

  String toText() {
    return bars.stream().map(Bar::text).collect(Collectors.joining("\n"));
  }
}
