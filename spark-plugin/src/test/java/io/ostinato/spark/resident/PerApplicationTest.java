package io.ostinato.spark.resident;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostinato.spark.status.EvaluationBoard;
import java.time.Clock;
import org.junit.jupiter.api.Test;

class PerApplicationTest {
  @Test
  void anEngineOfAStoppedApplicationDoesntTakeTheBoardFromTheOneThatRuns() {
    PerApplication<EvaluationBoard> boards =
        new PerApplication<>(() -> new EvaluationBoard(Clock.systemUTC()));
    Object stopped = new Object();
    Object running = new Object();
    EvaluationBoard before = boards.of(stopped);
    EvaluationBoard board = boards.of(running);
    assertThat(board).isNotSameAs(before);
    assertThat(boards.of(stopped)).isSameAs(before);
    assertThat(boards.of(running)).isSameAs(board);
  }
}
