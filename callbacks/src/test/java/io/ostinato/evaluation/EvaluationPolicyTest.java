package io.ostinato.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ostinato.describe.TimeSpan;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class EvaluationPolicyTest {
  @Test
  void reactionsToFailuresAreReadAsTheyAreWritten() {
    for (String text : new String[] {"fail", "warn", "retry 2", "retry 12 then warn"}) {
      assertThat(OnFailure.parse(text)).hasValueSatisfying(p -> assertThat(p).hasToString(text));
    }
    assertThat(OnFailure.parse("retry 3 then fail")).contains(OnFailure.retry(3));
    assertThat(OnFailure.parse("retry 2 then warn")).contains(OnFailure.retry(2).thenWarn());
    for (String text :
        new String[] {"", "Warn", "retry", "retry 0", "retry -1", "retry 99999", "retry 2 warn"}) {
      assertThat(OnFailure.parse(text)).as(text).isEmpty();
    }
    assertThat(OnFailure.retry(2).attempts()).isEqualTo(3);
    assertThatThrownBy(() -> OnFailure.retry(-1)).hasMessage("retries=-1 must be at least 0");
  }

  @Test
  void durationsAreReadWithTheirUnits() {
    assertThat(TimeSpan.parse("500ms").orElseThrow().duration()).isEqualTo(Duration.ofMillis(500));
    assertThat(TimeSpan.parse("30s").orElseThrow().duration()).isEqualTo(Duration.ofSeconds(30));
    assertThat(TimeSpan.parse("10m").orElseThrow().duration()).isEqualTo(Duration.ofMinutes(10));
    assertThat(TimeSpan.parse("2h").orElseThrow().duration()).isEqualTo(Duration.ofHours(2));
    assertThat(TimeSpan.parse("999999999h").orElseThrow().millis()).isPositive();
    for (String text : new String[] {"", "0s", "-1s", "10", "1.5s", "10 s", "9999999999s", "1d"}) {
      assertThat(TimeSpan.parse(text)).as(text).isEmpty();
    }
  }

  @Test
  void thereIsNoDeadlineByDefault() {
    assertThat(EvaluationPolicy.exact().deadline()).isEmpty();
    assertThat(EvaluationPolicy.exact().deadline(Duration.ofSeconds(3)).deadline())
        .contains(Duration.ofSeconds(3));
    assertThatThrownBy(() -> EvaluationPolicy.exact().deadline(Duration.ofNanos(5)))
        .hasMessage("deadline of 0 ms must be at least 1 ms");
  }
}
