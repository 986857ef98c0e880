package io.ostinato.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EvaluationsBesideTest extends BesideFixture {

  @ParameterizedTest
  @CsvSource({"1, 1", "1, 7", "2, 1", "2, 7", "4, 1", "4, 7"})
  void aRunDependsOnNothingButItsSettings(int inFlight, int updates) {
    for (int seed = 0; seed < 2; seed++) {
      Evaluations beside = Evaluations.beside().inFlight(inFlight).join(Join.updates(updates));
      List<String> one = traces("one" + seed, beside, seed, 1);
      List<String> other = traces("other" + seed, beside, seed, 2);
      assertThat(other).isEqualTo(one);
      assertThat(one)
          .anyMatch(line -> line.contains("accuracy/test.ema=0.9") || line.contains("mean"));
    }
  }

  @Test
  void withoutAnyUpdatesBetweenItIsTheSameAsInline() {
    List<String> inline = traces("inline", Evaluations.inline(), 3, 1);
    assertThat(traces("beside", Evaluations.beside().join(Join.updates(0)), 3, 2))
        .isEqualTo(inline);
  }

  @Test
  void joiningBeforeTheNextMomentIsTheSameWhateverTheTiming() {
    List<String> one = traces("one", Evaluations.beside(), 3, 1);
    assertThat(traces("other", Evaluations.beside(), 3, 2)).isEqualTo(one);
    assertThat(one).hasSizeGreaterThan(30);
  }

  private List<String> traces(String runId, Evaluations evaluations, int seed, long delays) {
    TrainingLoopBuilder builder = loop(runId, evaluations, delays).seed(seed);
    callbacks().forEach(builder::callback);
    TrainingLoop training = builder.build();
    return traces(training, training.run());
  }
}
