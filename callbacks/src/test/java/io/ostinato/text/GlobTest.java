package io.ostinato.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class GlobTest {
  @Test
  void aStarStandsForAnyCharactersOfAWholeName() {
    Glob glob = Glob.ofStars("encoder.*.weight");
    assertThat(glob.matches("encoder.0.weight")).isTrue();
    assertThat(glob.matches("encoder..weight")).isTrue();
    assertThat(glob.matches("an.encoder.0.weight")).isFalse();
    assertThat(glob.matches("encoder.0.weights")).isFalse();
    assertThat(glob.hasStar()).isTrue();
  }

  @Test
  void aQuestionMarkStandsForOneCharacterWhereItIsAWildcard() {
    assertThat(Glob.of("top?*").matches("top5/test")).isTrue();
    assertThat(Glob.of("top?").matches("top")).isFalse();
    assertThat(Glob.of("top?").matches("top10")).isFalse();
    assertThat(Glob.ofStars("top?").matches("top5")).isFalse();
    assertThat(Glob.ofStars("top?").matches("top?")).isTrue();
    assertThat(Glob.of("top?").hasStar()).isFalse();
  }

  @Test
  void whatIsSpecialInRegularExpressionsStandsForItself() {
    assertThat(Glob.of("a.b").matches("a-b")).isFalse();
    assertThat(Glob.of("(a|b)[0]\\E*").matches("(a|b)[0]\\E!")).isTrue();
    assertThat(Glob.of("(a|b)*").matches("ab")).isFalse();
  }
}
