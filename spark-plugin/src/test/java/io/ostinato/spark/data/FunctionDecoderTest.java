package io.ostinato.spark.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ostinato.evaluation.BadRows;
import io.ostinato.evaluation.EvaluationException;
import io.ostinato.spark.plugin.OstinatoSettings;
import io.ostinato.spark.resident.TaskErrorException;
import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.RowFactory;
import org.junit.jupiter.api.Test;

class FunctionDecoderTest {

  @Test
  void errorsNameTheRowToo() {
    AssertionError error = new AssertionError("empty");
    assertThatThrownBy(() -> decode(throwing(error)))
        .isInstanceOf(BadRowException.class)
        .hasMessage("the row function, row 7 of partition 2: it failed with " + error)
        .hasCause(error);
    for (Error machines :
        List.of(
            new NoClassDefFoundError("some/Tokenizer"),
            new StackOverflowError("deep"),
            new OutOfMemoryError("Java heap space"),
            new InternalError("a fault"))) {
      assertThatThrownBy(() -> decode(throwing(machines)))
          .isExactlyInstanceOf(EvaluationException.class)
          .hasMessageStartingWith(
              "the row function, row 7 of partition 2: it failed with " + machines)
          .cause()
          .isInstanceOf(TaskErrorException.class)
          .hasNoCause();
    }
  }

  @Test
  void anExceptionThatCantTravelIsReplacedByOneOfTheSameText() {
    WithThread thrown = new WithThread();
    assertThatThrownBy(() -> decode(throwing(thrown)))
        .hasMessage("the row function, row 7 of partition 2: it failed with " + thrown)
        .cause()
        .isExactlyInstanceOf(RuntimeException.class)
        .hasMessage(thrown.toString())
        .satisfies(cause -> assertThat(cause.getStackTrace()).isEqualTo(thrown.getStackTrace()));
  }

  private static void decode(RowFunction function) {
    OstinatoSettings settings = OstinatoSettings.of(new SparkConf(false));
    new FunctionDecoder(function, settings)
        .decode(
            List.of(RowFactory.create(1L)),
            List.of(),
            new RowPlace(2, 7),
            new PartitionSkips(BadRows.fail()));
  }

  private static RowFunction throwing(Throwable thrown) {
    return (row, manager) -> {
      if (thrown instanceof Error error) {
        throw error;
      }
      throw (Exception) thrown;
    };
  }

  private static final class WithThread extends RuntimeException {
    private static final long serialVersionUID = 1;

    @SuppressWarnings("serial") // what the test is about
    private final Thread thread = Thread.currentThread();

    WithThread() {
      super("can't travel");
    }

    @Override
    public String toString() {
      return getMessage() + " from " + thread.getName();
    }
  }
}
