package io.ostinato.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ExcerptTest {
  @Test
  void longTextIsCutAndItsLengthGiven() {
    assertThat(Excerpt.of("a".repeat(200))).isEqualTo("a".repeat(200));
    assertThat(Excerpt.of("a".repeat(200_000)))
        .isEqualTo("a".repeat(200) + "… (200,000 characters)");
  }

  @Test
  void noCharacterIsCutInTwo() {
    String music = "𝄞".repeat(150);
    assertThat(Excerpt.of("a" + music)).isEqualTo("a" + "𝄞".repeat(99) + "… (301 characters)");
  }

  @Test
  void escapedCharactersCountAsTheyAreShown() {
    assertThat(Excerpt.of("\n".repeat(150))).isEqualTo("\\n".repeat(100) + "… (150 characters)");
    assertThat(Excerpt.ofMessage("\u202e".repeat(1_000))).hasSizeLessThan(2_050);
  }

  @Test
  void whatControlsATerminalIsEscaped() {
    assertThat(Excerpt.of("a\u001b[2J\nb\r\t\0\u0085\u202e\u2028"))
        .isEqualTo("a\\u001b[2J\\nb\\r\\t\\u0000\\u0085\\u202e\\u2028");
    assertThat(Excerpt.of("\ud834 and C:\\new")).isEqualTo("\\ud834 and C:\\new");
    assertThat(Excerpt.of("größe, 数据, 𝄞")).isEqualTo("größe, 数据, 𝄞");
  }

  @Test
  void aLongMessageKeepsItsBeginningAndItsRemedy() {
    String message =
        Excerpt.ofMessage("the kind '" + "k".repeat(200_000) + "' is unknown; remove it");
    assertThat(message)
        .hasSizeLessThan(2_100)
        .startsWith("the kind 'kkk")
        .contains("… (200,033 characters) …")
        .endsWith("kkk' is unknown; remove it");
    assertThat(Excerpt.ofMessage("a\nb")).isEqualTo("a\\nb");
    assertThat(Excerpt.ofLines("a\nb\u001b")).isEqualTo("a\nb\\u001b");
    assertThat(Excerpt.ofLines("a\n".repeat(300))).hasLineCount(201).endsWith("a\n…");
  }
}
