package io.ostinato.spark.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.ostinato.evaluation.DataBatch;
import io.ostinato.evaluation.StagedBatch;
import io.ostinato.spark.resident.IdleSlots;
import io.ostinato.weights.HostArray;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(120)
class BatchPipelineTest {
  private static final int[] DEPTHS = {0, 1, 2, 5};

  /** Which thread runs the batches. */
  private enum Way {
    AHEAD,
    HERE;

    void run(
        BatchPipeline<Integer> pipeline,
        Iterator<Integer> batches,
        int depth,
        Executor workers,
        IdleSlots.Task task,
        BatchHelp help)
        throws InterruptedException {
      if (this == AHEAD) {
        pipeline.run(batches, depth, workers, task, help);
      } else {
        pipeline.runHere(batches, depth, workers, task, help);
      }
    }
  }

  private final NDManager manager = Engine.getInstance().newBaseManager();
  private final ExecutorService workers = Executors.newCachedThreadPool();
  private final NDManager counting = counting(manager, false);
  private final AtomicInteger staged = new AtomicInteger();
  private final AtomicInteger closed = new AtomicInteger();
  private final List<Long> ran = Collections.synchronizedList(new ArrayList<>());

  @AfterEach
  void close() throws InterruptedException {
    awaitWorkers();
    manager.close();
  }

  private void awaitWorkers() throws InterruptedException {
    workers.shutdown();
    assertThat(workers.awaitTermination(60, TimeUnit.SECONDS)).as("no thread is left").isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void batchesRunInTheirOrderAndAreClosed(Way way) throws Exception {
    for (int depth : DEPTHS) {
      for (int count : new int[] {0, 1, 2, 50}) {
        ran.clear();
        run(way, pipeline(this::run), numbers(count), depth);
        assertThat(ran)
            .as("depth %d, %d batches", depth, count)
            .isEqualTo(IntStream.range(0, count).mapToObj(i -> (long) i).toList());
        assertNothingIsStaged();
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void noMoreBatchesAreStagedThanTheDepthAndTwo(Way way) throws Exception {
    for (int depth : DEPTHS) {
      AtomicInteger most = new AtomicInteger();
      BatchPipeline<Integer> pipeline =
          pipeline(
              batch -> {
                most.accumulateAndGet(openScopes(), Math::max);
                run(batch);
              });
      run(way, pipeline, numbers(60), depth);
      assertThat(most.get()).as("depth %d", depth).isBetween(1, way == Way.AHEAD ? depth + 2 : 1);
    }
  }

  @Test
  void withoutASecondThreadAllRunsOnThatOfTheTask() throws Exception {
    Set<Thread> threads = ConcurrentHashMap.newKeySet();
    BatchPipeline<Integer> pipeline =
        pipeline(
            batch -> {
              threads.add(Thread.currentThread());
              run(batch);
            });
    run(Way.HERE, pipeline, numbers(20), 2);
    assertThat(threads).containsExactly(Thread.currentThread());
  }

  @Test
  void theReaderIsAheadOfTheRunner() throws Exception {
    CountDownLatch third = new CountDownLatch(3);
    new BatchPipeline<Integer>(
            i -> {
              third.countDown();
              return stage(i);
            },
            batch -> {
              assertThat(third.await(60, TimeUnit.SECONDS)).as("three are staged").isTrue();
              run(batch);
            })
        .run(numbers(6), 2, workers);
    assertThat(ran).hasSize(6);
  }

  @ParameterizedTest
  @EnumSource
  void whatFailsInTheRunnerIsThrownAndNothingStaysStaged(Way way) {
    for (int depth : DEPTHS) {
      for (int bad : new int[] {0, 7, 29}) {
        ran.clear();
        BatchPipeline<Integer> pipeline =
            pipeline(
                batch -> {
                  if (batch.data().firstRow() == bad) {
                    batch.close();
                    throw new IllegalStateException("no luck with " + bad);
                  }
                  run(batch);
                });
        assertThatThrownBy(() -> run(way, pipeline, numbers(30), depth))
            .as("depth %d", depth)
            .isInstanceOf(IllegalStateException.class)
            .hasMessage("no luck with " + bad);
        assertThat(ran).hasSize(bad);
        assertNothingIsStaged();
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void anErrorOfTheRunnerIsThrownAsItIs(Way way) {
    for (int depth : DEPTHS) {
      BatchPipeline<Integer> pipeline =
          pipeline(
              batch -> {
                batch.close();
                throw new StackOverflowError("deep");
              });
      assertThatThrownBy(() -> run(way, pipeline, numbers(30), depth))
          .isInstanceOf(StackOverflowError.class)
          .hasMessage("deep");
      assertNothingIsStaged();
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatFailsWhileReadingIsThrownAndNothingStaysStaged(Way way) {
    for (int depth : DEPTHS) {
      for (int bad : new int[] {0, 7, 29}) {
        BatchPipeline<Integer> pipeline =
            new BatchPipeline<>(
                i -> {
                  if (i == bad) {
                    throw new IllegalStateException("can't stage " + bad);
                  }
                  return stage(i);
                },
                this::run);
        assertThatThrownBy(() -> run(way, pipeline, numbers(30), depth))
            .as("depth %d", depth)
            .isInstanceOf(IllegalStateException.class)
            .hasMessage("can't stage " + bad);
        assertNothingIsStaged();
        assertThatThrownBy(() -> run(way, pipeline(this::run), failingAt(bad), depth))
            .isInstanceOf(IllegalStateException.class)
            .hasMessage("can't read " + bad);
        assertNothingIsStaged();
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void anInterruptedTaskEndsWhateverTheRunnerWaitsFor(Way way) throws Exception {
    for (int depth : DEPTHS) {
      CountDownLatch busy = new CountDownLatch(1);
      CountDownLatch never = new CountDownLatch(1);
      AtomicReference<Throwable> thrown = new AtomicReference<>();
      BatchPipeline<Integer> pipeline =
          pipeline(
              batch -> {
                try (batch) {
                  busy.countDown();
                  never.await();
                }
              });
      Thread task =
          new Thread(
              () -> {
                try {
                  run(way, pipeline, numbers(30), depth);
                } catch (InterruptedException | RuntimeException e) {
                  thrown.set(e);
                }
              });
      task.start();
      assertThat(busy.await(60, TimeUnit.SECONDS)).isTrue();
      task.interrupt();
      task.join(60_000);
      assertThat(task.isAlive()).as("depth %d", depth).isFalse();
      assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
      assertNothingIsStaged();
    }
  }

  @Test
  void aRunnerThatIgnoresInterruptionIsWaitedFor() throws Exception {
    CountDownLatch busy = new CountDownLatch(1);
    AtomicInteger interruptions = new AtomicInteger();
    Thread task = Thread.currentThread();
    BatchPipeline<Integer> pipeline =
        pipeline(
            batch -> {
              try (batch) {
                busy.countDown();
                task.interrupt();
                while (interruptions.get() < 3) {
                  if (Thread.interrupted()) {
                    interruptions.incrementAndGet();
                  }
                  Thread.onSpinWait();
                }
              }
            });
    assertThatThrownBy(() -> pipeline.run(numbers(30), 2, workers))
        .isInstanceOf(InterruptedException.class);
    assertThat(busy.getCount()).isZero();
    assertNothingIsStaged();
    assertThat(Thread.interrupted()).as("the exception says it already").isFalse();
  }

  @Test
  void theWorkerHasTheClassLoaderOfTheTask() throws Exception {
    Thread task = Thread.currentThread();
    ClassLoader before = task.getContextClassLoader();
    ClassLoader mine = new ClassLoader(before) {};
    List<ClassLoader> seen = new ArrayList<>();
    task.setContextClassLoader(mine);
    try {
      pipeline(
              batch -> {
                seen.add(Thread.currentThread().getContextClassLoader());
                run(batch);
              })
          .run(numbers(2), 2, workers);
    } finally {
      task.setContextClassLoader(before);
    }
    assertThat(seen).containsExactly(mine, mine);
  }

  @ParameterizedTest
  @EnumSource
  void timesAreCounted(Way way) throws Exception {
    for (int depth : new int[] {0, 2}) {
      BatchPipeline<Integer> pipeline = pipeline(this::run);
      run(way, pipeline, numbers(10), depth);
      assertThat(pipeline.runNanos()).isPositive();
      assertThat(pipeline.readNanos()).isPositive();
    }
  }

  @ParameterizedTest
  @EnumSource
  void anIdleSlotRunsBatchesThatWait(Way way) throws Exception {
    Helped helped = new Helped(way);
    AtomicInteger most = new AtomicInteger();
    helped.run(
        numbers(20),
        batch -> {
          most.accumulateAndGet(openScopes(), Math::max);
          run(batch);
        });
    assertThat(most.get()).isBetween(2, way == Way.AHEAD ? 2 + 3 : 2 + 4);
    awaitWorkers();
    assertThat(ran)
        .as("each batch once")
        .containsExactlyInAnyOrderElementsOf(LongStream.range(0, 20).boxed().toList());
    assertThat(helped.byHelper).as("batches while the first one runs").hasSizeGreaterThan(1);
    assertThat(helped.closedHelpers).hasValue(helped.opened.get());
    assertNothingIsStaged();
  }

  @ParameterizedTest
  @EnumSource
  void allIdleSlotsHelpThoughTheTaskItselfRunsOneBatchForLong(Way way) throws Exception {
    CountDownLatch both = new CountDownLatch(2);
    BatchHelp help =
        new BatchHelp() {
          @Override
          public boolean isPossible() {
            return true;
          }

          @Override
          public OpenRunner open() {
            return new OpenRunner() {
              private boolean isFirst = true;

              @Override
              public void run(StagedBatch batch) throws InterruptedException {
                if (isFirst) {
                  isFirst = false;
                  both.countDown();
                  both.await();
                }
                BatchPipelineTest.this.run(batch);
              }

              @Override
              public void close() {}
            };
          }
        };
    BatchPipeline<Integer> pipeline =
        pipeline(
            batch -> {
              if (batch.data().firstRow() == 0) {
                both.await();
              }
              run(batch);
            });
    IdleSlots slots = new IdleSlots();
    IdleSlots.Stage stage = new IdleSlots.Stage(0, 0, 3);
    try (IdleSlots.Task one = slots.begin(stage, 0);
        IdleSlots.Task two = slots.begin(stage, 1);
        IdleSlots.Task task = slots.begin(stage, 2)) {
      one.close();
      two.close();
      way.run(pipeline, numbers(20), 2, workers, task, help);
    }
    assertThat(ran).containsExactlyInAnyOrderElementsOf(LongStream.range(0, 20).boxed().toList());
    assertNothingIsStaged();
  }

  @ParameterizedTest
  @EnumSource
  void aHelperThatHasNoBatchYetIsNotWaitedFor(Way way) throws Exception {
    CountDownLatch opening = new CountDownLatch(1);
    CountDownLatch done = new CountDownLatch(1);
    Helped helped = new Helped(way);
    helped.opening = opening;
    Thread release =
        new Thread(
            () -> {
              try {
                done.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              opening.countDown();
            });
    release.start();
    helped.run(numbers(20), this::run);
    assertThat(ran).hasSize(20);
    assertThat(opening.getCount()).as("still opening").isEqualTo(1);
    done.countDown();
    release.join();
    assertThat(helped.byHelper).isEmpty();
    assertNothingIsStaged();
  }

  @ParameterizedTest
  @EnumSource
  void aHelperThatFailsFailsTheTask(Way way) {
    Helped helped = new Helped(way);
    assertThatThrownBy(
            () ->
                helped.run(
                    numbers(20),
                    batch -> {
                      batch.close();
                      throw new IllegalStateException("no luck with a helper");
                    }))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("no luck with a helper");
    assertThat(helped.closedHelpers).hasValue(1);
    assertNothingIsStaged();
  }

  @ParameterizedTest
  @EnumSource
  void aHelperThatCanNotBeOpenedIsNoFailure(Way way) throws Exception {
    Helped helped = new Helped(way);
    helped.problem = new IllegalStateException("no model");
    helped.run(numbers(20), this::run);
    assertThat(ran).isEqualTo(LongStream.range(0, 20).boxed().toList());
    assertThat(helped.byHelper).isEmpty();
    assertThat(helped.opened).as("not tried again").hasValue(1);
    assertNothingIsStaged();
  }

  @ParameterizedTest
  @EnumSource
  void aHelperThatFailsWithoutABatchFailsTheTaskToo(Way way) {
    Helped helped = new Helped(way);
    helped.takesNone = true;
    Iterator<Integer> endless = IntStream.iterate(0, i -> i + 1).iterator();
    assertThatThrownBy(() -> helped.run(endless, this::run))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("can't be closed");
    assertThat(helped.byHelper).isEmpty();
    assertNothingIsStaged();
  }

  @ParameterizedTest
  @EnumSource
  void aTaskThatFailsDoesNotWaitForBatchesOfItsHelper(Way way) {
    CountDownLatch never = new CountDownLatch(1);
    Helped helped = new Helped(way);
    helped.fails = true;
    assertThatThrownBy(
            () ->
                helped.run(
                    numbers(20),
                    batch -> {
                      try (batch) {
                        never.await();
                      }
                    }))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the first batch");
    assertThat(helped.closedHelpers).hasValue(1);
    assertNothingIsStaged();
  }

  @ParameterizedTest
  @EnumSource
  void aHelperLeavesForANewTask(Way way) throws Exception {
    Helped helped = new Helped(way);
    List<IdleSlots.Task> next = new ArrayList<>();
    helped.run(
        numbers(20),
        batch -> {
          next.add(helped.begin());
          run(batch);
        });
    next.forEach(IdleSlots.Task::close);
    assertThat(helped.byHelper).as("one, then its slot was needed").hasSize(1);
    assertThat(helped.opened).hasValue(1);
    assertThat(ran).hasSize(20);
    assertNothingIsStaged();
  }

  /** A task of two slots, the other of which is idle; its first batch runs until help has begun. */
  private final class Helped {
    private final IdleSlots slots = new IdleSlots();
    private final AtomicInteger begun = new AtomicInteger();
    private final AtomicInteger opened = new AtomicInteger();
    private final AtomicInteger closedHelpers = new AtomicInteger();
    private final List<Long> byHelper = Collections.synchronizedList(new ArrayList<>());
    private final CountDownLatch ended = new CountDownLatch(1);
    private final CountDownLatch began = new CountDownLatch(1);
    private final Way way;
    private boolean fails;
    private boolean takesNone;
    private @Nullable CountDownLatch opening;
    private @Nullable RuntimeException problem;

    Helped(Way way) {
      this.way = way;
    }

    void run(Iterator<Integer> batches, BatchPipeline.Runner helper) throws InterruptedException {
      BatchHelp help =
          new BatchHelp() {
            @Override
            public boolean isPossible() {
              return true;
            }

            @Override
            public OpenRunner open() {
              opened.incrementAndGet();
              CountDownLatch slow = opening;
              if (slow != null) {
                began.countDown();
                ended.countDown();
                await(slow);
              }
              if (problem != null) {
                began.countDown();
                throw problem;
              }
              if (takesNone) {
                begin(); // needs the slot
              }
              return helper(helper);
            }
          };
      BatchPipeline<Integer> pipeline =
          pipeline(
              batch -> {
                if (batch.data().firstRow() == 0) {
                  assertThat(began.await(60, TimeUnit.SECONDS)).as("a helper has begun").isTrue();
                  if (fails) {
                    batch.close();
                    throw new IllegalStateException("the first batch");
                  }
                  if (problem == null) {
                    ended.await(1, TimeUnit.SECONDS);
                  }
                }
                BatchPipelineTest.this.run(batch);
              });
      try (IdleSlots.Task other = begin();
          IdleSlots.Task task = begin()) {
        other.close();
        way.run(pipeline, batches, 2, workers, task, help);
      }
    }

    private static void await(CountDownLatch latch) {
      try {
        assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }

    /** Begins the only task of a stage. */
    private IdleSlots.Task begin() {
      return slots.begin(new IdleSlots.Stage(begun.incrementAndGet(), 0, 1), 0);
    }

    private BatchHelp.OpenRunner helper(BatchPipeline.Runner runner) {
      return new BatchHelp.OpenRunner() {
        @Override
        public void run(StagedBatch batch) throws InterruptedException {
          byHelper.add(batch.data().firstRow());
          began.countDown();
          runner.run(batch);
        }

        @Override
        public void close() {
          closedHelpers.incrementAndGet();
          began.countDown();
          ended.countDown();
          if (takesNone) {
            throw new IllegalStateException("can't be closed");
          }
        }
      };
    }
  }

  /** Runs batches without help. */
  private void run(Way way, BatchPipeline<Integer> pipeline, Iterator<Integer> batches, int depth)
      throws InterruptedException {
    try (IdleSlots.Task alone = new IdleSlots().begin(new IdleSlots.Stage(0, 0, 1), 0)) {
      way.run(pipeline, batches, depth, workers, alone, BatchHelp.NONE);
    }
  }

  private BatchPipeline<Integer> pipeline(BatchPipeline.Runner runner) {
    return new BatchPipeline<>(this::stage, runner);
  }

  private StagedBatch stage(int number) {
    staged.incrementAndGet();
    HostArray array = HostArray.of("x", DataType.INT8, new Shape(1), new byte[1]);
    return StagedBatch.of(new DataBatch(0, number, 1, List.of(array)), counting);
  }

  private int openScopes() {
    return staged.get() - closed.get();
  }

  private void assertNothingIsStaged() {
    assertThat(openScopes()).as("batches that nobody closed, of %d", staged.get()).isZero();
  }

  /** A manager whose scopes are counted when they are closed. */
  private NDManager counting(NDManager counted, boolean isScope) {
    Set<String> seen = ConcurrentHashMap.newKeySet();
    return (NDManager)
        Proxy.newProxyInstance(
            NDManager.class.getClassLoader(),
            new Class<?>[] {NDManager.class},
            (proxy, method, arguments) -> {
              if (isScope && method.getName().equals("close") && seen.add("closed")) {
                closed.incrementAndGet();
              }
              Object result = method.invoke(counted, arguments);
              return method.getName().equals("newSubManager")
                  ? counting((NDManager) result, true)
                  : result;
            });
  }

  private void run(StagedBatch batch) {
    try (batch) {
      ran.add(batch.data().firstRow());
    }
  }

  private static Iterator<Integer> numbers(int count) {
    return IntStream.range(0, count).iterator();
  }

  private static Iterator<Integer> failingAt(int bad) {
    return IntStream.range(0, 30)
        .map(
            i -> {
              if (i == bad) {
                throw new IllegalStateException("can't read " + bad);
              }
              return i;
            })
        .iterator();
  }
}
