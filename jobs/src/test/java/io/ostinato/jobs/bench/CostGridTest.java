package io.ostinato.jobs.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.ostinato.jobs.bench.CostMeasurement.Use;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class CostGridTest {
  private static final CostGrid GRID = CostGrid.standard();

  @Test
  void oneCaseInThreeIsHeldOutOnceForEachData() {
    List<CostCase> heldOut = used(Use.HELD_OUT);
    assertThat(heldOut).extracting(CostCase::data).containsExactlyElementsOf(GRID.data());
    assertThat(
            heldOut.stream()
                .collect(
                    Collectors.groupingBy(one -> one.net().megabytes(), Collectors.counting())))
        .containsOnly(entry(1, 2L), entry(8, 2L), entry(30, 2L));
    assertThat(used(Use.FITTED)).hasSize(2 * heldOut.size());
  }

  @Test
  void whatIsHeldOutHasFittedCasesOfEachKind() {
    for (Function<CostCase, Object> quantity :
        List.<Function<CostCase, Object>>of(
            CostCase::data,
            CostCase::returned,
            one -> one.net().units(),
            one -> one.net().megabytes())) {
      assertThat(values(Use.FITTED, quantity)).containsAll(values(Use.HELD_OUT, quantity));
    }
  }

  @Test
  void otherCasesAreBeyondTheRangeInOneQuantity() {
    assertThat(used(Use.BEYOND))
        .allMatch(
            one ->
                1
                    == exceeds(one, each -> each.data().rows())
                        + exceeds(one, each -> each.data().partitions())
                        + exceeds(one, each -> each.net().megabytes()));
  }

  private static int exceeds(CostCase one, Function<CostCase, Integer> quantity) {
    int most = used(Use.FITTED).stream().mapToInt(quantity::apply).max().orElseThrow();
    return quantity.apply(one) > most ? 1 : 0;
  }

  private static List<CostCase> used(Use use) {
    return GRID.cases(Use.FITTED).stream().filter(one -> one.use() == use).toList();
  }

  private static Set<Object> values(Use use, Function<CostCase, Object> quantity) {
    return used(use).stream().map(quantity).collect(Collectors.toSet());
  }
}
