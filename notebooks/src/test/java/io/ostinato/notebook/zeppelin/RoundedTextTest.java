package io.ostinato.notebook.zeppelin;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RoundedTextTest {
  private static final String TABLE = "E1_U24_S1536\t0.8639\t0.5089 of 360 rows";

  @Test
  void roundingMayDiffer() {
    assertThat(RoundedText.areSame(TABLE, TABLE)).isTrue();
    assertThat(RoundedText.areSame(TABLE, TABLE.replace("0.8639", "0.8611"))).isTrue();
    assertThat(RoundedText.areSame(TABLE, TABLE.replace("0.5089", "0.51"))).isTrue();
    assertThat(RoundedText.areSame("M70 280L180 99.91", "M70 279.8L180 100.24")).isTrue();
    assertThat(RoundedText.areSame("loss 1e-3", "loss 1.001E-3")).isTrue();
  }

  @Test
  void anythingElseMustBeTheSame() {
    assertThat(RoundedText.areSame(TABLE, TABLE.replace("0.8639", "0.8239"))).isFalse();
    assertThat(RoundedText.areSame(TABLE, TABLE.replace("0.8639", "1"))).isFalse();
    assertThat(RoundedText.areSame(TABLE, TABLE.replace("360", "361"))).isFalse();
    assertThat(RoundedText.areSame(TABLE, TABLE.replace("U24", "U25"))).isFalse();
    assertThat(RoundedText.areSame(TABLE, TABLE.replace("rows", "row"))).isFalse();
    assertThat(RoundedText.areSame(TABLE, TABLE + "\t0.1")).isFalse();
    assertThat(RoundedText.areSame(TABLE, "")).isFalse();
    assertThat(RoundedText.areSame("0.0", "0.001")).isFalse();
  }
}
