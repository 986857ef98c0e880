package io.ostinato.describe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class MistakeTest {
  @Test
  void aTextIsTheProblemAndWhatHelps() {
    Subject seed = Subject.setting("seed");
    assertThat(Mistake.of(seed, "seed=x is no number").text()).isEqualTo("seed=x is no number");
    assertThat(Mistake.of(seed, "seed=x is no number", "give one"))
        .hasToString("seed=x is no number; give one");
    assertThatThrownBy(() -> Mistake.of(seed, " "))
        .hasMessageContaining("needs a problem")
        .hasMessageContaining("seed");
  }

  @Test
  void subjectsAreEqualIfTheyAreTheSameThing() {
    assertThat(Subject.callback("ema").key("factors"))
        .isEqualTo(Subject.callback("ema").key("factors"))
        .isNotEqualTo(Subject.callback("ema"))
        .isNotEqualTo(Subject.setting("factors"));
    assertThat(Subject.dataset("test")).isNotEqualTo(Subject.file("test"));
  }
}
