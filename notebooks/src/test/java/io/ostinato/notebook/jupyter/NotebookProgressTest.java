package io.ostinato.notebook.jupyter;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostinato.notebook.display.LiveOutput;
import io.ostinato.progress.HandClock;
import io.ostinato.progress.Progress;
import io.ostinato.progress.ProgressDisplay;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class NotebookProgressTest {
  private final List<String> shown = new ArrayList<>();
  private final HandClock clock = new HandClock();
  private final ProgressDisplay display =
      new NotebookProgress(
          new LiveOutput<ProgressView>() {
            @Override
            public String show(ProgressView view) {
              shown.add("new: " + view.toText());
              return "id";
            }

            @Override
            public void update(String id, ProgressView view) {
              shown.add(id + ": " + view.toText());
            }
          },
          clock);

  @Test
  void updatesAreLimitedInTimeButTheLastIsShown() {
    try (Progress progress = display.start("rows", 3, "rows")) {
      progress.update(1, "too soon");
      clock.pass(Duration.ofMillis(250));
      progress.update(2, "");
      progress.update(3, "done");
    }
    assertThat(shown)
        .containsExactly(
            "new: rows [------------------------] 0/3 rows (0%)",
            "id: rows [################--------] 2/3 rows (66%)",
            "id: rows [########################] 3/3 rows (100%) done",
            "id: rows [########################] 3/3 rows (100%) done");
  }

  @Test
  void workWithinOtherWorkIsShownBelowItUntilItEnds() {
    try (Progress outer = display.start("training", 2, "updates")) {
      try (Progress inner = display.start("evaluating", ProgressDisplay.UNKNOWN, "rows")) {
        clock.pass(Duration.ofSeconds(1));
        inner.update(7, "");
      }
      outer.update(2, "");
    }
    try (Progress next = display.start("again", 1, "rows")) {
      next.update(1, "");
    }
    assertThat(shown)
        .contains("id: training [------------------------] 0/2 updates (0%)\nevaluating 7 rows")
        .contains("id: training [########################] 2/2 updates (100%)")
        .as("other work later has an output of its own")
        .contains("new: again [------------------------] 0/1 rows (0%)");
  }

  @Test
  void textIsEscapedInHtml() {
    ProgressView view = new ProgressView(List.of(new ProgressView.Bar("<a>", 1, 4, "&s", "\"b\"")));
    assertThat(view.toHtml())
        .isEqualTo(
            "<div>&lt;a&gt; <progress value=\"0.2500\" max=\"1\"></progress> 1/4 &amp;s (25%)"
                + " <small>&quot;b&quot;</small></div>");
  }
}
