package io.ostinato.spark.status;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.evaluation.EvaluationTimings;
import io.ostinato.progress.HandClock;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.spark.status.EvaluationCounters.Counter;
import io.ostinato.weights.Manifest;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EvaluationBoardTest {
  private static final Manifest MANIFEST =
      new Manifest("0123456789abcdef0123456789abcdef", List.of());

  private final HandClock clock = new HandClock();
  private final EvaluationBoard board = new EvaluationBoard(clock);

  @Test
  void aPassGoesThroughItsPhasesAndIsThenHistory() {
    PassStatus pass = board.begin(List.of(tag("accuracy"), tag("loss")), MANIFEST);
    assertThat(only(board.view().inFlight()).state()).isEqualTo(PassStatus.State.PREPARE);
    pass.prepared(40);
    assertThat(only(board.view().inFlight()).state()).isEqualTo(PassStatus.State.SEND);
    clock.pass(Duration.ofSeconds(2));
    pass.sent(1024);
    pass.counts(() -> 16);
    pass.job(7);
    PassStatus.View running = only(board.view().inFlight());
    assertThat(running.callbacks()).containsExactly("accuracy", "loss");
    assertThat(running.version()).isEqualTo("0123456789ab");
    assertThat(running.stateMillis() - running.beganMillis()).isEqualTo(2000);
    assertThat(running)
        .extracting(
            PassStatus.View::state,
            PassStatus.View::rows,
            PassStatus.View::rowsDone,
            PassStatus.View::sentBytes,
            PassStatus.View::jobs)
        .containsExactly(PassStatus.State.JOB, 40L, 16L, 1024L, List.of(7));
    pass.ran();
    assertThat(only(board.view().inFlight()).state()).isEqualTo(PassStatus.State.COLLECT);
    board.succeeded(pass, timings(), 40, 2);
    assertThat(board.view().inFlight()).isEmpty();
    PassStatus.View ended = only(board.view().ended());
    assertThat(ended.state()).isEqualTo(PassStatus.State.SUCCEEDED);
    assertThat(ended.rowsDone()).isEqualTo(40);
    assertThat(board.counters().get(Counter.JOB)).isEqualTo(Duration.ofMillis(300).toNanos());
    assertThat(board.failed(pass, "too late")).as("it has ended").isFalse();
    assertThat(board.counters().get(Counter.FAILED_EVALUATIONS)).isZero();
  }

  @Test
  void aFailureCountsEachEvaluationThatSharesThePass() {
    PassStatus pass = board.begin(List.of(tag("accuracy"), tag("loss")), MANIFEST);
    assertThat(board.failed(pass, "no luck")).isTrue();
    assertThat(only(board.view().ended()).problem()).isEqualTo("no luck");
    assertThat(board.counters().get(Counter.FAILED_EVALUATIONS)).isEqualTo(2);
  }

  @Test
  void aThousandEvaluationsTakeNoMoreMemoryThanThoseThatAreKept() {
    List<WeakReference<Object>> sources = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      byte[] held = new byte[100_000];
      LongSupplier source = () -> held.length;
      sources.add(new WeakReference<>(held));
      PassStatus pass = board.begin(List.of(tag("x".repeat(10_000))), MANIFEST);
      pass.prepared(1_000_000);
      pass.counts(source);
      IntStream.range(0, 1000).forEach(pass::job);
      if (i % 2 == 0) {
        board.succeeded(pass, timings(), 10, 2);
      } else {
        board.failed(pass, "y".repeat(100_000));
      }
    }
    assertThat(board.view().ended())
        .hasSize(EvaluationBoard.USUALLY_RETAINED)
        .allSatisfy(
            pass -> {
              assertThat(pass.jobs()).hasSizeLessThanOrEqualTo(20);
              assertThat(pass.problem()).hasSizeLessThanOrEqualTo(500);
              assertThat(pass.callbacks().get(0)).hasSize(200).endsWith("…");
            });
    assertThat(board.view().inFlight()).isEmpty();
    assertThat(board.json()).hasSizeLessThan(150_000);
    System.gc();
    assertThat(sources).as("what the tasks' rows are counted by").allMatch(s -> s.get() == null);
  }

  @Test
  void asManyAreKeptAsIsSet() {
    for (int i = 0; i < 9; i++) {
      board.succeeded(board.begin(List.of(tag("n" + i)), MANIFEST), timings(), 1, 1);
    }
    board.retain(3);
    assertThat(board.view().ended())
        .extracting(pass -> pass.callbacks().get(0))
        .containsExactly("n8", "n7", "n6");
  }

  @Test
  void stalenessIsTheAgeOfTheWeightsOfTheNewestResult() {
    clock.pass(Duration.ofSeconds(10));
    assertThat(board.stalenessMillis()).as("since the start").isEqualTo(10_000);
    PassStatus older = board.begin(List.of(tag("older")), MANIFEST);
    clock.pass(Duration.ofSeconds(5));
    PassStatus newer = board.begin(List.of(tag("newer")), MANIFEST);
    clock.pass(Duration.ofSeconds(1));
    board.succeeded(newer, timings(), 1, 1);
    board.succeeded(older, timings(), 1, 1);
    assertThat(board.stalenessMillis()).isEqualTo(1000);
  }

  @Test
  void refreshesAreCountedOnceHoweverManyTasksReportThem() {
    board.reported(report("m", "1", 1, 1, use(2, 100, 100)));
    board.reported(report("m", "1", 1, 2, use(3, 100, 130)));
    board.reported(report("m", "1", 1, 2, use(3, 100, 130)));
    board.reported(report("m", "1", 1, 1, use(2, 100, 100)));
    board.reported(report("m", "2", 1, 1, use(2, 100, 100)));
    assertThat(board.counters().get(Counter.REFRESHES)).isEqualTo(3);
    assertThat(board.counters().get(Counter.REFRESH_BYTES)).isEqualTo(230);
    assertThat(board.residentBytes()).isEqualTo(200);
    board.reported(report("m", "1", 2, 3, use(9, 100, 230)));
    assertThat(board.counters().get(Counter.REFRESHES)).as("built again").isEqualTo(4);
    assertThat(board.counters().get(Counter.REFRESH_BYTES)).isEqualTo(330);
  }

  @Test
  void aReportThatWasBegunBeforeTheLatestRefreshCountsNothingTwice() {
    board.reported(report("m", "1", 1, 2, use(3, 100, 130)));
    board.reported(report("m", "1", 1, 1, use(3, 100, 100)));
    board.reported(report("m", "1", 1, 2, use(3, 100, 130)));
    assertThat(board.counters().get(Counter.REFRESHES)).isEqualTo(2);
    assertThat(board.counters().get(Counter.REFRESH_BYTES)).isEqualTo(130);
    assertThat(only(board.view().devices()).refreshes()).isEqualTo(2);
  }

  @Test
  void aLostExecutorKeepsNothing() {
    board.reported(report("m", "1", 1, 1, use(2, 100, 100)));
    board.executorLost("1");
    assertThat(board.residentBytes()).isZero();
    assertThat(only(board.view().devices()).isLost()).isTrue();
    assertThat(only(board.view().devices()).refreshes()).isEqualTo(1);
  }

  @Test
  void whatALostExecutorHasDoneInItsLastPassIsAddedOnce() {
    board.reported(report("m", "1", 1, 5, use(6, 100, 500)));
    board.executorLost("1");
    board.executorLost("2");
    board.reported(report("m", "1", 1, 6, use(7, 100, 600)));
    board.reported(report("m", "2", 1, 1, use(2, 100, 100)));
    assertThat(board.counters().get(Counter.REFRESHES)).isEqualTo(7);
    assertThat(board.counters().get(Counter.REFRESH_BYTES)).isEqualTo(700);
    assertThat(board.residentBytes()).isZero();
    assertThat(board.view().devices()).hasSize(2).allMatch(DeviceStatus::isLost);
  }

  @Test
  void aClosedModelIsOnNoDevice() {
    board.reported(report("m", "1", 1, 1, use(2, 100, 100)));
    board.modelClosed("m");
    assertThat(only(board.view().devices()).use().models()).isZero();
  }

  @Test
  void releasedDatasetsAreForgotten() {
    board.prepared(new DatasetStatus("a", "test", 40, 5, 1600, 5000, 3, () -> true));
    board.prepared(new DatasetStatus("b", "large", 40, 5, 9000, 5000, -1, () -> false));
    assertThat(board.storedBytes()).isEqualTo(1600);
    board.released(dataset -> dataset.id().equals("a"));
    assertThat(only(board.view().datasets()).key()).isEqualTo("large");
  }

  @Test
  void theJsonHasEverythingThatIsShown() {
    PassStatus pass = board.begin(List.of(tag("<b>\"\u2028דיוק")), MANIFEST);
    pass.prepared(40);
    board.succeeded(pass, timings(), 40, 2);
    board.prepared(new DatasetStatus("a", "test", 40, 5, 1600, Long.MAX_VALUE, 3, () -> true));
    JsonObject json = JsonParser.parseString(board.json()).getAsJsonObject();
    JsonObject ended = json.getAsJsonArray("ended").get(0).getAsJsonObject();
    assertThat(ended.getAsJsonArray("callbacks").get(0).getAsString()).isEqualTo("<b>\"\u2028דיוק");
    assertThat(ended.getAsJsonObject("timings").get("job").getAsLong()).isEqualTo(300);
    assertThat(json.getAsJsonObject("counters").get("prepareNanos").getAsLong()).isPositive();
    JsonObject dataset = json.getAsJsonArray("datasets").get(0).getAsJsonObject();
    assertThat(dataset.has("budget")).as("an unknown budget").isFalse();
    assertThat(dataset.get("rdd").getAsInt()).isEqualTo(3);
  }

  private static <T> T only(List<T> list) {
    assertThat(list).hasSize(1);
    return list.get(0);
  }

  private static ModelReport report(
      String model, String executor, long builds, long refreshes, DeviceUse use) {
    return new ModelReport(model, executor, "cpu()", builds, refreshes, use);
  }

  private static DeviceUse use(long change, long weightBytes, long refreshBytes) {
    return new DeviceUse(change, 1, 1, weightBytes, 0, refreshBytes);
  }

  private static EvaluationTag tag(String callback) {
    return new EvaluationTag(callback, new TrainingIteration(1, 2, 3), "test");
  }

  private static EvaluationTimings timings() {
    Duration some = Duration.ofMillis(100);
    return new EvaluationTimings(
        Duration.ofMillis(600),
        some,
        some,
        Duration.ofMillis(300),
        some,
        some,
        some,
        some,
        Duration.ZERO);
  }
}
