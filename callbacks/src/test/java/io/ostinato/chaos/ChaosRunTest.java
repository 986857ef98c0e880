package io.ostinato.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ChaosRunTest {
  @Test
  void differencesAreNamedByTheirKind() {
    List<String> expected = List.of("a1", "b1", "c1", "d1");
    assertThat(differences(expected, expected)).isEqualTo(Differences.NONE);
    Differences some = differences(expected, List.of("a1", "b2", "d1"));
    assertThat(some).isEqualTo(new Differences(List.of("b"), List.of("c"), List.of()));
    Differences more =
        differences(expected, List.of("a1", "a1", "b1", "c1", "c2", "c3", "d1", "e1"));
    assertThat(more).isEqualTo(new Differences(List.of(), List.of(), List.of("a", "c", "c", "e")));
    assertThat(some.plus(more))
        .isEqualTo(new Differences(List.of("b"), List.of("c"), List.of("a", "c", "c", "e")));
  }

  @Test
  void theTableOfAPageIsReplacedAndDated() {
    String page = "# a\n\n<!-- table: chaos -->\nold $1\n<!-- end of table -->\n\nb\n";
    assertThat(ChaosRun.in(page, "| new $1 |\n"))
        .matches(
            "# a\n\n<!-- table: chaos -->\nMeasured on \\d{4}-\\d\\d-\\d\\d on \\d+ processors\\.\n\n"
                + "\\| new \\$1 \\|\n\n<!-- end of table -->\n\nb\n");
  }

  private static Differences differences(List<String> expected, List<String> actual) {
    return Differences.between(expected, actual, result -> result.substring(0, 1));
  }
}
