package io.ostinato.progress;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BarTextTest {
  private static final String NAME =
      "callback 'accuracy_of_the_large_model' at E12_U3400_S435200 on dataset 'validation_b'";

  @Test
  void aLongNameLosesItsMiddleAndTheBarSomeOfItsWidth() {
    BarText bar = new BarText(NAME, 20_000, "rows");
    BarText.State half = new BarText.State(10_000, "", Duration.ofSeconds(10));
    assertThat(bar.line(half, 79))
        .isEqualTo(
            "callback 'accur... 'validation_b' [####----]  50% 10,000/20,000 rows  0:10 left")
        .hasSize(79);
    assertThat(bar.line(half, 200))
        .isEqualTo(NAME + " [############------------]  50% 10,000/20,000 rows  0:10 left");
  }

  @Test
  void aNarrowLineKeepsWhatSaysHowFarItIs() {
    BarText bar = new BarText(NAME, 200, "rows");
    BarText.State half = new BarText.State(100, "a message", Duration.ofSeconds(10));
    assertThat(bar.line(half, 40)).isEqualTo("callback 'a...idation_b' [####----]  50%");
    assertThat(bar.line(half, 27)).isEqualTo("50% 100/200 rows  0:10 left");
    assertThat(bar.line(half, 20)).isEqualTo("50% 100/200 rows");
    assertThat(bar.line(half, 3)).isEqualTo("50%");
  }

  @Test
  void nameAndMessageShareWhatIsFree() {
    BarText bar = new BarText("a training with a long name", 200, "updates");
    BarText.State half = new BarText.State(100, "at E100_U2500_S160000", Duration.ofSeconds(10));
    assertThat(bar.line(half, 79))
        .isEqualTo(
            "a traini...ng name [####----]  50% 100/200 updates  0:10 left  at E100...160000");
  }

  @Test
  void aMessageLosesItsLastPartsFirst() {
    BarText bar = new BarText("callback 'accuracy' at E1_U2_S3 on dataset 'test'", 200, "rows");
    BarText.State half =
        new BarText.State(100, "1,250 rows/s, model 0123456789ab", Duration.ofSeconds(10));
    assertThat(bar.line(half, 79))
        .isEqualTo(
            "callback 'a...aset 'test' [####----]  50% 100/200 rows  0:10 left  1,250 rows/s");
    assertThat(bar.line(half, 130)).endsWith("0:10 left  1,250 rows/s, model 0123456789ab");
  }

  @Test
  void wideLettersTakeTwoColumns() {
    BarText bar = new BarText("手書き数字のデータセット", 200, "rows");
    BarText.State half = new BarText.State(100, "", Duration.ofSeconds(10));
    assertThat(TextWidth.of("手書き")).isEqualTo(6);
    assertThat(bar.line(half, 60))
        .isEqualTo("手書き数...タセット [####-----]  50% 100/200 rows  0:10 left");
  }

  @Test
  void whatMovesTheCursorIsASpace() {
    BarText bar = new BarText("two\nlines\t\u001b[2J", 2, "rows");
    assertThat(bar.line(new BarText.State(1, "and\rback", Duration.ofSeconds(1)), 99))
        .startsWith("two lines  [2J [")
        .endsWith("  and back");
  }

  @Test
  void noLineIsWiderThanItMayBe() {
    Random random = new Random(1);
    for (int i = 0; i < 10_000; i++) {
      long total = random.nextInt(4) == 0 ? ProgressDisplay.UNKNOWN : 1 + random.nextInt(1 << 30);
      BarText bar = new BarText(text(random), total, "rows");
      BarText.State state =
          new BarText.State(
              random.nextInt(1 << 30), text(random), Duration.ofSeconds(random.nextInt(1 << 20)));
      int columns = 1 + random.nextInt(150);
      assertThat(TextWidth.of(bar.line(state, columns)))
          .as("%s, %s in %s columns", bar, state, columns)
          .isBetween(1, columns);
    }
  }

  private static String text(Random random) {
    int[] points = random.ints(random.nextInt(80), 0x20, 0x7F).toArray();
    for (int i = 0; i < points.length; i++) {
      if (random.nextInt(5) == 0) {
        points[i] = new int[] {0x624B, 0x1F600, 0x301, '\n', 0xE9}[random.nextInt(5)];
      }
    }
    return new String(points, 0, points.length);
  }
}
