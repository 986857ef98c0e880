package io.ostinato.spark.resident;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostinato.spark.status.EvaluationBoard;
import java.time.Clock;
import org.junit.jupiter.api.Test;

class ApplicationBoardTest {
  @Test
  void anEngineOfAStoppedApplicationDoesntTakeTheBoardFromTheOneThatRuns() {
    ApplicationBoard boards = new ApplicationBoard(Clock.systemUTC());
    Object stopped = new Object();
    Object running = new Object();
    EvaluationBoard before = boards.of(stopped);
    EvaluationBoard board = boards.of(running);
    assertThat(board).isNotSameAs(before);
    assertThat(boards.of(stopped)).isSameAs(before);
    assertThat(boards.of(running)).isSameAs(board);
  }
}
