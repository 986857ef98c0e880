package io.ostinato.jobs.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("spark35")
class PeerRoundsTest {
  @TempDir Path folder;

  /** Answers with the seconds and the cross entropy of the number of its evaluation. */
  private record Scripted(String name, int failsAt, double accuracy, double[] seconds, int[] count)
      implements Peer {
    Scripted(String name, int failsAt, double accuracy, double... seconds) {
      this(name, failsAt, accuracy, seconds, new int[1]);
    }

    @Override
    public void load(PeerCase which) throws PeerException {
      if (failsAt < 0) {
        throw new PeerException("no memory");
      }
    }

    @Override
    public PeerResult evaluate(PeerWeights weights) {
      int now = count[0]++;
      if (now == failsAt) {
        throw new IllegalStateException("lost at " + now);
      }
      return new PeerResult(seconds[now % seconds.length], accuracy, 1 + now);
    }
  }

  @Test
  void ratiosAreTakenRoundByRound() throws Exception {
    PeerMeasurements measured =
        measure(
            new Scripted("one", 99, 0.5, 9, 1, 2, 4, 8, 16), new Scripted("other", 99, 0.5, 9, 2));
    assertThat(measured.rounds()).isEqualTo(11);
    assertThat(measured.failures()).isEmpty();
    // The first evaluation is the warm-up: 1 2 4 8 16 9 1 2 4 8 16 over 2 9 2 9 2 9 2 9 2 9 2.
    assertThat(measured.median("one")).hasValue(4);
    assertThat(measured.median("other")).hasValue(2);
    assertThat(measured.ratio("one", "other").getAsDouble()).isCloseTo(8 / 9.0, within(1e-9));
    assertThat(measured.ratio("one", "third")).isEmpty();
  }

  @Test
  void aPeerThatFailsIsLeftOutAndTheOthersGoOn() throws Exception {
    PeerMeasurements measured =
        measure(
            new Scripted("first", 99, 0.5, 1),
            new Scripted("no data", -1, 0.5, 1),
            new Scripted("at warm-up", 0, 0.5, 1),
            new Scripted("later", 3, 0.5, 1),
            new Scripted("last", 99, 0.5, 1));
    assertThat(measured.failures())
        .containsOnly(
            Map.entry("no data", "no memory"),
            Map.entry("at warm-up", "lost at 0"),
            Map.entry("later", "lost at 3"));
    assertThat(measured.median("later")).isEmpty();
    assertThat(measured.median("last")).hasValue(1);
    assertThat(measured.rounds()).isEqualTo(11);
  }

  @Test
  void aPeerWithOtherMetricsIsLeftOut() throws Exception {
    PeerMeasurements measured =
        measure(new Scripted("first", 99, 0.5, 1), new Scripted("other", 99, 0.25, 1));
    assertThat(measured.failures())
        .containsEntry(
            "other",
            "it found accuracy 0.25, cross entropy 2.0 instead of accuracy 0.5, cross entropy 2.0");
    PeerResult result = new PeerResult(1, 0.5, 2);
    assertThat(result.agreesWith(new PeerResult(9, 0.5, 2.000019))).isTrue();
    assertThat(result.agreesWith(new PeerResult(9, 0.5, 2.000021))).isFalse();
    assertThat(result.agreesWith(new PeerResult(9, 0.5, Double.NaN))).isFalse();
  }

  @Test
  void oneRoundIsMeasuredWithoutTime() throws Exception {
    Scripted peer = new Scripted("first", 99, 0.5, 1);
    PeerMeasurements measured =
        new PeerRounds(List.of(peer), folder, new float[7_840], 11).measure(which(), 0, 0);
    assertThat(measured.rounds()).isEqualTo(1);
    assertThat(peer.count()[0]).isEqualTo(2);
  }

  private PeerMeasurements measure(Peer... peers) throws Exception {
    return new PeerRounds(List.of(peers), folder, new float[7_840], 11).measure(which(), 600, 0);
  }

  private PeerCase which() {
    return new PeerCase(PeerCase.ROWS, 10, folder, 10, PeerModel.ofMegabytes(1), 1);
  }
}
