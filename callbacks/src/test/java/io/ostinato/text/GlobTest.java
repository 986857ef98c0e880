package io.ostinato.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.Random;
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

  /** With backtracking, each star would multiply the time by the length of the name. */
  @Test
  void manyStarsAreMatchedInLinearTime() {
    String stars = "*a".repeat(50) + "*b";
    String name = "a".repeat(5_000);
    assertThat(Glob.ofStars(stars).matches(name)).isFalse();
    assertThat(Glob.of(stars).matches(name + "b")).isTrue();
    assertThat(Glob.ofFileNames(stars).matches(name)).isFalse();
    assertThat(Glob.ofFileNames(stars).matches(name + "b")).isTrue();
  }

  @Test
  void patternsOfFileNamesMatchAsThoseOfTheFileSystem() {
    List<String> patterns =
        List.of(
            "*.pt",
            "net-*.{pt,pth}",
            "*.{pt,done,pt.tmp}",
            "[a-c]?[!0-9].pt",
            "[-x]",
            "[a-]",
            "[!-a]",
            "{a*,b?}c",
            "{,a}b",
            "a,b}",
            "\\*",
            "\\[a]",
            "[^a]",
            "**",
            "a**b",
            "{[ab]*x,c}",
            "[*?\\]",
            "");
    List<String> names =
        List.of(
            "a.pt",
            "net-1.pt",
            "net-1.pth",
            "net-.ptx",
            "a.done",
            "a.pt.tmp",
            "abx.pt",
            "ab1.pt",
            "-",
            "x",
            "a",
            "b",
            "c",
            "ac",
            "bxc",
            "bc",
            "ab",
            "a,b}",
            "*",
            "\\*",
            "[a]",
            "^",
            "aXb",
            "abyx",
            "?",
            "\\",
            "𝄞",
            "a𝄞b",
            "axxb");
    for (String pattern : patterns) {
      PathMatcher oracle = FileSystems.getDefault().getPathMatcher("glob:" + pattern);
      for (String name : names) {
        assertThat(Glob.ofFileNames(pattern).matches(name))
            .as("%s %s", pattern, name)
            .isEqualTo(oracle.matches(Path.of(name)));
      }
    }
  }

  /** Against a plain oracle of regular expressions, with short patterns. */
  @Test
  void randomPatternsMatchAsRegularExpressions() {
    Random random = new Random(7);
    for (int i = 0; i < 2_000; i++) {
      String pattern = word(random, "ab*?");
      String name = word(random, "ab?");
      String regex = pattern.replace("?", "\\?").replace("*", ".*");
      assertThat(Glob.ofStars(pattern).matches(name)).as(pattern).isEqualTo(name.matches(regex));
      regex = pattern.replace("?", ".").replace("*", ".*");
      assertThat(Glob.of(pattern).matches(name)).as(pattern).isEqualTo(name.matches(regex));
    }
  }

  private static String word(Random random, String letters) {
    StringBuilder word = new StringBuilder();
    for (int i = random.nextInt(7); i > 0; i--) {
      word.append(letters.charAt(random.nextInt(letters.length())));
    }
    return word.toString();
  }
}
