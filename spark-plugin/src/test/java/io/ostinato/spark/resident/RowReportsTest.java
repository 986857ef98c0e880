package io.ostinato.spark.resident;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RowReportsTest {
  private final RowReports driver = new RowReports();
  private final RowReports executor = new RowReports();
  private final List<String> told = new ArrayList<>();

  @Test
  void whatAnExecutorSendsReachesItsEvaluationUntilThatIsOver() {
    driver.listen(7, (partition, rows) -> told.add(partition + ": " + rows));
    executor.sendBy(driver::receive);
    assertThat(executor.tell(7, 2, 64)).as("an evaluation of another process").isFalse();
    executor.send(7, 2, 64);
    executor.send(8, 0, 1);
    driver.forget(7);
    executor.send(7, 2, 128);
    assertThat(told).containsExactly("2: 64");
  }

  @Test
  void onTheDriverItIsToldAtOnce() {
    driver.listen(7, (partition, rows) -> told.add(partition + ": " + rows));
    assertThat(driver.tell(7, 0, 8)).isTrue();
    assertThat(told).containsExactly("0: 8");
  }

  @Test
  void otherMessagesAreNotForReports() {
    driver.listen(7, (partition, rows) -> told.add(partition + ": " + rows));
    driver.receive("text");
    driver.receive(new long[] {7, 1});
    driver.receive(null);
    assertThat(told).isEmpty();
  }

  @Test
  void aWayThatFailsIsNotTriedAgain() {
    executor.sendBy(
        message -> {
          told.add("tried");
          throw new IOException("no driver");
        });
    executor.send(7, 2, 64);
    executor.send(7, 2, 128);
    executor.send(7, 2, 192);
    assertThat(told).containsExactly("tried");
  }
}
