package io.ostinato.spark.plugin;

import io.ostinato.describe.ByteSize;
import io.ostinato.describe.Description;
import io.ostinato.describe.FromKeys;
import io.ostinato.describe.Inline;
import io.ostinato.describe.Key;
import io.ostinato.describe.KeyInfo;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.jspecify.annotations.Nullable;
import scala.Tuple2;

/** The settings that begin with {@code spark.ostinato.}, checked. */
public record OstinatoSettings(
    @Inline Threads threads,
    @Inline Residency resident,
    @Inline Batches batches,
    @Inline Evaluations evaluations)
    implements Serializable {
  static final String PREFIX = "spark.ostinato.";
  private static final String KRYO_REGISTRATION = "spark.kryo.registrationRequired";
  private static final List<String> KEYS =
      Description.of(OstinatoSettings.class).keys().stream().map(KeyInfo::name).sorted().toList();

  /**
   * Intra-op threads of the native engine.
   *
   * @param set the setting; 0 where there is none
   * @param perSlot an executor's cores over its task slots: the threads where none were set
   */
  public record Threads(int set, int perSlot) implements Serializable {
    @FromKeys
    static Threads of(
        @Key(
                name = PREFIX + "threads",
                value =
                    "Intra-op threads of the native engine in each executor process, and of ONNX"
                        + " models unless `ai.djl.onnxruntime.num_threads` is set.",
                optional = true,
                otherwise =
                    "DJL's `ai.djl.pytorch.num_threads` if it is set, or else an executor's cores"
                        + " divided by its task slots",
                atLeast = 1)
            @Nullable Integer threads) {
      return new Threads(threads == null ? 0 : threads, 1);
    }
  }

  /**
   * What stays on a device.
   *
   * @param tasks 0 for as many as Spark runs
   */
  public record Residency(
      @Key(
              name = PREFIX + "resident.models",
              value =
                  "Models that a device keeps loaded; the least recently used one is unloaded"
                      + " first.",
              byDefault = "2",
              atLeast = 1)
          int models,
      @Key(
              name = PREFIX + "resident.versions",
              value =
                  "Versions of one model on a device; a second one is made only while evaluations"
                      + " at different weights are in flight.",
              byDefault = "2",
              atLeast = 1)
          int versions,
      @Key(
              name = PREFIX + "resident.state",
              value =
                  "How to evaluate a model whose forward keeps something in the model (see below):"
                      + " with `serial` its batches take turns on one model, with `copies` each"
                      + " task has a copy of its own, as large as the model, and with `refuse` the"
                      + " evaluation fails.",
              byDefault = "serial")
          StatePolicy state,
      @Key(
              name = PREFIX + "device.tasks",
              value =
                  "Tasks that compute on a device at the same time; the others read ahead"
                      + " meanwhile.",
              byDefault = "0",
              otherwise = "as many as Spark runs",
              atLeast = 1)
          int tasks)
      implements Serializable {}

  /** How datasets become batches; what users set says {@code blocks}. */
  public record Batches(
      @Key(
              name = PREFIX + "blocks.store",
              value =
                  "The largest dataset whose batches are stored on the executors, `0` for none. A"
                      + " larger one is decoded at each evaluation.",
              optional = true,
              otherwise = "half of what the executors can store")
          @Nullable ByteSize store,
      @Key(
              name = PREFIX + "blocks.device",
              value =
                  "Batches that each device keeps, so that they are not copied there again;"
                      + " worthwhile on GPUs.",
              byDefault = "0")
          ByteSize device,
      @Key(
              name = PREFIX + "blocks.prefetch",
              value =
                  "Batches that a task reads ahead of its forward; with `0` it does one after the"
                      + " other, on one thread.",
              byDefault = "2",
              atLeast = 0)
          int prefetch,
      @Key(
              name = PREFIX + "blocks.bulk",
              value = "Whether to read columns as Spark holds them, instead of row objects.",
              byDefault = "true")
          boolean bulk)
      implements Serializable {

    /** The most bytes of a dataset that is stored on the executors, where that is set. */
    public OptionalLong storeBytes() {
      return store == null ? OptionalLong.empty() : OptionalLong.of(store.bytes());
    }
  }

  /** How evaluations run. */
  public record Evaluations(
      @Key(
              name = PREFIX + "evaluations.share",
              value =
                  "Whether callbacks that are due together on one part of a dataset, at one batch"
                      + " size and the same weights, share a job, a read and, where they call the"
                      + " model with the same columns, a forward.",
              byDefault = "true")
          boolean share,
      @Key(
              name = PREFIX + "evaluations.fitTasks",
              value =
                  "Whether to store batches in as many partitions as suits their number and the"
                      + " task slots.",
              byDefault = "true")
          boolean fitTasks,
      @Key(
              name = PREFIX + "evaluations.treeTasks",
              value =
                  "The number of tasks from which the states of metrics are merged on executors"
                      + " before they are sent to the driver.",
              byDefault = "64",
              atLeast = 2)
          int treeTasks,
      @Inline ResultsLimit resultsLimit)
      implements Serializable {}

  /** What Spark itself collects at most. */
  private record SparkResults(
      @Key(
              name = ResultsLimit.SPARKS,
              value = "The most bytes of results that the driver collects; 0 for no limit.",
              byDefault = "1g")
          ByteSize limit) {}

  private record Kryo(
      @Key(
              name = KRYO_REGISTRATION,
              value = "Whether classes that are not registered are refused.",
              byDefault = "false")
          boolean registrationRequired) {}

  /**
   * The settings of an application.
   *
   * @throws IllegalArgumentException if one is unknown or not allowed; says every mistake, with the
   *     key, the value and what is allowed
   */
  public static OstinatoSettings of(SparkConf conf) {
    List<String> mistakes = new ArrayList<>();
    for (Tuple2<String, String> entry : conf.getAll()) {
      if (entry._1().startsWith(PREFIX) && !KEYS.contains(entry._1())) {
        mistakes.add(
            "unknown setting %s=%s; known: %s"
                .formatted(entry._1(), entry._2(), String.join(", ", KEYS)));
      }
    }
    SettingsReader reader = new SettingsReader(conf, mistakes);
    OstinatoSettings settings = reader.read(OstinatoSettings.class);
    long sparksLimit = reader.read(SparkResults.class).limit().bytes();
    if (conf.get("spark.serializer", "").endsWith("KryoSerializer")
        && reader.read(Kryo.class).registrationRequired()) {
      mistakes.add(
          KRYO_REGISTRATION
              + "=true is not allowed: classes that evaluations send between driver and executors"
              + " are not registered with Kryo; set it to false");
    }
    if (!mistakes.isEmpty()) {
      throw new IllegalArgumentException(
          "Ostinato's settings are wrong:\n  - " + String.join("\n  - ", mistakes));
    }
    return settings.within(TaskSlots.threadsPerSlot(conf), sparksLimit);
  }

  /** The same in an application with these resources and limits of Spark's. */
  private OstinatoSettings within(int threadsPerSlot, long sparksLimit) {
    return new OstinatoSettings(
        new Threads(threads.set(), threadsPerSlot),
        resident,
        batches,
        new Evaluations(
            evaluations.share(),
            evaluations.fitTasks(),
            evaluations.treeTasks(),
            evaluations.resultsLimit().or(sparksLimit)));
  }

  /** Whether an application has the plugin. */
  public static boolean pluginConfigured(SparkConf conf) {
    return Stream.of(conf.get("spark.plugins", "").split(","))
        .map(String::trim)
        .anyMatch(OstinatoPlugin.class.getName()::equals);
  }
}
