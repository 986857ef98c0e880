package io.ostinato.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.weights.HostArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class BadRowSearchTest {
  private static final EvaluationTag TAG =
      new EvaluationTag("search", TrainingIteration.START, "test");

  @Test
  void findsTheRowsThatFailWithFewTrials() throws InterruptedException {
    Random random = new Random(5);
    for (int i = 0; i < 300; i++) {
      int rows = 1 + random.nextInt(200);
      Set<Integer> bad = new TreeSet<>();
      random.ints(1 + random.nextInt(4), 0, rows).forEach(bad::add);
      List<List<Integer>> trials = new ArrayList<>();
      List<SkippedRow> found =
          new BadRowSearch(part(rows), rows, tried -> failed(trials, tried, bad)).run();
      assertThat(positions(found)).as("of %s rows", rows).isEqualTo(bad);
      assertThat(trials).hasSizeLessThan(4 + bad.size() * 3 * (2 + (int) Math.ceil(log2(rows))));
      assertThat(trials).allSatisfy(tried -> assertThat(tried).isSorted().doesNotHaveDuplicates());
    }
  }

  @Test
  void endsWhenThereAreMoreThanAllowed() throws InterruptedException {
    List<List<Integer>> trials = new ArrayList<>();
    List<SkippedRow> found =
        new BadRowSearch(
                part(1000),
                3,
                tried -> {
                  trials.add(tried);
                  return Optional.of(failure());
                })
            .run();
    assertThat(found).hasSize(4);
    assertThat(trials).hasSizeLessThan(30);
  }

  @Test
  void aBatchThatAModelRefusesForItsSizeHasNoBadRow() throws InterruptedException {
    assertThat(
            new BadRowSearch(
                    part(64),
                    64,
                    tried -> tried.size() < 9 ? Optional.empty() : Optional.of(failure()))
                .run())
        .isEmpty();
  }

  @Test
  void aFailureThatDoesntComeAgainHasNoBadRow() throws InterruptedException {
    assertThat(new BadRowSearch(part(10), 10, tried -> Optional.empty()).run()).isEmpty();
  }

  private static Optional<BatchFailure> failed(
      List<List<Integer>> trials, List<Integer> tried, Set<Integer> bad) {
    trials.add(List.copyOf(tried));
    return tried.stream().anyMatch(bad::contains) ? Optional.of(failure()) : Optional.empty();
  }

  private static BatchFailure failure() {
    return BatchFailure.ofRows(TAG, new IllegalStateException("no luck"));
  }

  private static Set<Integer> positions(List<SkippedRow> rows) {
    return rows.stream()
        .map(row -> (int) (row.row() - 500))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static double log2(int number) {
    return Math.log(number) / Math.log(2);
  }

  private static BatchPart part(int rows) {
    HostArray x = HostArray.of("x", DataType.INT8, new Shape(rows), new byte[rows]);
    return BatchPart.whole(new DataBatch(1, 500, rows, List.of(x)));
  }
}
