package io.ostinato.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostinato.weights.Manifest;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class RowsMessageTest {
  private final RowsMessage message =
      new RowsMessage(new Manifest("0123456789abcdef0123456789abcdef", List.of()));

  @Test
  void namesTheRateAndTheVersionOfTheModel() {
    assertThat(message.text(0, Duration.ofSeconds(1))).isEqualTo("model 0123456789ab");
    assertThat(message.text(5000, Duration.ofSeconds(4)))
        .isEqualTo("1,250 rows/s, model 0123456789ab");
  }
}
