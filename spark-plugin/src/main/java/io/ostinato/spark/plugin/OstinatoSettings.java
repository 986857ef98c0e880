package io.ostinato.spark.plugin;

import io.ostinato.describe.ByteSize;
import io.ostinato.describe.Description;
import io.ostinato.describe.FromKeys;
import io.ostinato.describe.Inline;
import io.ostinato.describe.Key;
import io.ostinato.describe.KeyInfo;
import io.ostinato.describe.TimeSpan;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.jspecify.annotations.Nullable;
import scala.Tuple2;

/** The validated settings that begin with {@code spark.ostinato.}. */
public record OstinatoSettings(
    @Inline Threads threads,
    @Inline Residency resident,
    @Inline Weights weights,
    @Inline Batches batches,
    @Inline Images images,
    @Inline Evaluations evaluations,
    @Inline Patience patience,
    @Inline WebTab ui,
    @Inline Start start)
    implements Serializable {
  static final String PREFIX = "spark.ostinato.";
  private static final String KRYO_REGISTRATION = "spark.kryo.registrationRequired";
  private static final List<String> KEYS =
      Description.of(OstinatoSettings.class).keys().stream().map(KeyInfo::name).sorted().toList();

  /**
   * The intra-op threads of the native engine.
   *
   * @param set the configured number; 0 if not set
   * @param perSlot an executor's cores divided by its task slots: the number to use if not set
   */
  public record Threads(int set, int perSlot) implements Serializable {
    @FromKeys
    static Threads of(
        @Key(
                name = PREFIX + "threads",
                value =
                    "Number of intra-op threads of the native engine in each executor process, and"
                        + " of ONNX models unless `ai.djl.onnxruntime.num_threads` is set.",
                optional = true,
                otherwise =
                    "DJL's `ai.djl.pytorch.num_threads` if set; otherwise an executor's cores"
                        + " divided by its task slots",
                atLeast = 1)
            @Nullable Integer threads) {
      return new Threads(threads == null ? 0 : threads, 1);
    }
  }

  /**
   * What is kept on a device, and how it is used.
   *
   * @param models the maximum number of loaded models
   * @param versions the maximum number of versions of one model
   * @param state how to evaluate models that keep state
   * @param tasks the maximum number of tasks that compute at the same time; 0 for no limit
   */
  public record Residency(
      @Key(
              name = PREFIX + "resident.models",
              value =
                  "Maximum number of models loaded on a device; the least recently used one is"
                      + " unloaded first.",
              byDefault = "2",
              atLeast = 1)
          int models,
      @Key(
              name = PREFIX + "resident.versions",
              value =
                  "Maximum number of versions of one model on a device; another one is created"
                      + " only while evaluations with different weights are in flight (see below).",
              byDefault = "2",
              atLeast = 1)
          int versions,
      @Key(
              name = PREFIX + "resident.state",
              value =
                  "How to evaluate a model whose forward keeps state in the model (see below): with"
                      + " `serial`, batches take turns on one model; with `copies`, each task has"
                      + " its own copy, which takes as much memory as the model; with `refuse`, the"
                      + " evaluation fails.",
              byDefault = "serial")
          StatePolicy state,
      @Key(
              name = PREFIX + "device.tasks",
              value =
                  "Maximum number of tasks that compute on a device at the same time; the others"
                      + " read ahead meanwhile.",
              byDefault = "0",
              otherwise = "all tasks that Spark runs",
              atLeast = 1)
          int tasks)
      implements Serializable {}

  /**
   * How weights are sent.
   *
   * @param transfer how they reach executors that are other processes
   * @param inPlace the configured maximum of what is sent from the memory of snapshots; null if not
   *     set
   */
  public record Weights(
      @Key(
              name = PREFIX + "weights.transfer",
              value =
                  "How weights reach the executors: with `blocks`, as bytes in Spark's block"
                      + " manager; with `broadcasts`, as values of broadcast variables, which is"
                      + " slower but uses only Spark's public API. In local mode, tasks read the"
                      + " driver's memory instead.",
              byDefault = "blocks")
          WeightTransfer transfer,
      @Key(
              name = PREFIX + "weights.inPlace",
              value =
                  "Maximum size, for each engine, of blocks of weights that are the memory of their"
                      + " snapshot, and keep it until the next snapshot is sent; the rest is copied"
                      + " to the heap.",
              optional = true,
              otherwise =
                  "a quarter of the driver's `-XX:MaxDirectMemorySize`, which is by default the size"
                      + " of its heap; `0` for weights that are larger than this quarter")
          @Nullable ByteSize inPlace)
      implements Serializable {

    /**
     * The maximum size of the blocks that are the memory of their snapshot, in bytes.
     *
     * @param snapshotBytes the size of a snapshot; there must be memory for more of them, such as
     *     the next one, and an average of weights
     */
    public long inPlaceBytes(long snapshotBytes) {
      if (inPlace != null) {
        return inPlace.bytes();
      }
      long quarter = DirectMemory.MOST_BYTES / 4;
      return snapshotBytes > quarter ? 0 : quarter;
    }
  }

  /** How batches are stored and read; their keys begin with {@code blocks}. */
  public record Batches(
      @Key(
              name = PREFIX + "blocks.store",
              value =
                  "Maximum size of a dataset whose batches are stored on the executors; `0` for"
                      + " none. Larger datasets are decoded in each evaluation.",
              optional = true,
              otherwise = "half of the executors' storage memory")
          @Nullable ByteSize store,
      @Inline DeviceBatches device,
      @Key(
              name = PREFIX + "blocks.prefetch",
              value =
                  "Number of batches that a task reads ahead of its forward; with `0`, it reads and"
                      + " computes alternately on one thread. In local mode, if batches are stored and not"
                      + " staged ahead, and the evaluation has no deadline, one thread does both"
                      + " too, and reads ahead only where `evaluations.takeOver` applies.",
              byDefault = "2",
              atLeast = 0)
          int prefetch,
      @Key(
              name = PREFIX + "blocks.staging",
              value =
                  "When a batch is copied to the device, or, if it is kept in native memory, compared"
                      + " with its checksum: with `ahead`, ahead of its run, by the thread that"
                      + " reads; with `run`, by the thread that runs it, so that its rows are in the"
                      + " cache of the core; with `auto`, ahead on GPUs and where cores are idle"
                      + " while tasks compute.",
              byDefault = "auto")
          StagingPolicy staging,
      @Key(
              name = PREFIX + "blocks.bulk",
              value = "Whether to read columns in Spark's internal format instead of row objects.",
              byDefault = "true")
          boolean bulk)
      implements Serializable {

    /** The maximum size of a dataset stored on the executors, in bytes; empty if not set. */
    public OptionalLong storeBytes() {
      return store == null ? OptionalLong.empty() : OptionalLong.of(store.bytes());
    }
  }

  /**
   * The batches kept on each device.
   *
   * @param set their configured maximum size; null if not set
   * @param host what they may take of a host's memory if it is not set
   */
  public record DeviceBatches(@Nullable ByteSize set, HostShare host) implements Serializable {
    @FromKeys
    static DeviceBatches of(
        @Key(
                name = PREFIX + "blocks.device",
                value =
                    "Maximum size of batches kept on each device, so that they need not be copied"
                        + " again in each evaluation; `0` for none.",
                optional = true,
                otherwise =
                    "on a CPU, an eighth of the memory that the host or container has available,"
                        + " or, on YARN and Kubernetes, a quarter of what the executor's memory"
                        + " overhead exceeds 1g by if that is less, from the second evaluation of"
                        + " a dataset (see below);"
                        + " on a GPU, `0`")
            @Nullable ByteSize device) {
      return new DeviceBatches(device, HostShare.UNKNOWN);
    }
  }

  /** How columns of images are read. */
  public record Images(
      @Key(
              name = PREFIX + "images.maxPixels",
              value =
                  "Maximum number of pixels of an image, before and after it is resized. A larger"
                      + " one is a bad row, before it is decoded. The default is Pillow's.",
              byDefault = "89478485",
              atLeast = 1,
              atMost = 715_827_882)
          int maxPixels)
      implements Serializable {}

  /** How evaluations run. */
  public record Evaluations(
      @Key(
              name = PREFIX + "evaluations.share",
              value =
                  "Whether callbacks that are due together on the same part of a dataset, with the"
                      + " same batch size and weights, share a job and a read, and also a forward"
                      + " if they call the model with the same columns.",
              byDefault = "true")
          boolean share,
      @Key(
              name = PREFIX + "evaluations.fitTasks",
              value =
                  "Whether to choose the number of partitions of stored batches by their number and"
                      + " the task slots.",
              byDefault = "true")
          boolean fitTasks,
      @Key(
              name = PREFIX + "evaluations.takeOver",
              value =
                  "Whether a task slot that has nothing left to do runs batches of another task of"
                      + " its executor, on CPUs, if the model keeps no state and"
                      + " `blocks.prefetch` isn't 0.",
              byDefault = "true")
          boolean takeOver,
      @Key(
              name = PREFIX + "evaluations.treeTasks",
              value =
                  "Number of tasks from which the states of metrics are merged on executors before"
                      + " they are sent to the driver.",
              byDefault = "64",
              atLeast = 2)
          int treeTasks,
      @Inline ResultsLimit resultsLimit)
      implements Serializable {}

  /**
   * How long to wait for evaluations that don't move.
   *
   * @param silence the time without progress after which it is logged
   * @param grace the time that a task has to end once it was cancelled at a deadline
   */
  public record Patience(
      @Key(
              name = PREFIX + "evaluations.silence",
              value =
                  "Time without progress after which an evaluation logs which tasks it waits for;"
                      + " it logs them again each time the silence has doubled.",
              byDefault = "5m")
          TimeSpan silence,
      @Key(
              name = PREFIX + "evaluations.grace",
              value =
                  "Time that a task of an evaluation with a `deadline` has to end once it was"
                      + " cancelled and interrupted. Then its executor process ends, and Spark"
                      + " starts another one; if the driver is the executor, its thread is abandoned.",
              byDefault = "30s")
          TimeSpan grace)
      implements Serializable {}

  /**
   * The tab in Spark's web UI.
   *
   * @param isShown whether there is one
   * @param evaluations the number of ended evaluations that are kept
   */
  public record WebTab(
      @Key(
              name = PREFIX + "ui.enabled",
              value =
                  "Whether Spark's web UI has the tab Ostinato, if it is enabled"
                      + " (`spark.ui.enabled`).",
              byDefault = "true")
          boolean isShown,
      @Key(
              name = PREFIX + "ui.retainedEvaluations",
              value =
                  "Maximum number of ended evaluations that the driver keeps for the tab;"
                      + " evaluations that share a job count as one.",
              byDefault = "100",
              atLeast = 0,
              atMost = 1000)
          int evaluations)
      implements Serializable {}

  /** How an application starts. */
  public record Start(
      @Key(
              name = PREFIX + "preload",
              value =
                  "Whether the driver of a command loads the native engine on a thread of its own"
                      + " while Spark starts and data is opened.",
              byDefault = "true")
          boolean preload)
      implements Serializable {}

  /** Spark's own limit of collected results. */
  private record SparkResults(
      @Key(
              name = ResultsLimit.SPARKS,
              value = "Maximum size of results that the driver collects; 0 for no limit.",
              byDefault = "1g")
          ByteSize limit) {}

  private record Kryo(
      @Key(
              name = KRYO_REGISTRATION,
              value = "Whether to refuse classes that are not registered.",
              byDefault = "false")
          boolean registrationRequired) {}

  /**
   * Reads the settings of an application.
   *
   * @throws IllegalArgumentException if a setting is unknown or invalid; lists all mistakes, each
   *     with the key, the value and what is allowed
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
          "Ostinato's settings are invalid:\n  - " + String.join("\n  - ", mistakes));
    }
    return settings.within(conf, sparksLimit);
  }

  /** Adapts the settings to the resources and limits of Spark's application. */
  private OstinatoSettings within(SparkConf conf, long sparksLimit) {
    return new OstinatoSettings(
        new Threads(threads.set(), TaskSlots.threadsPerSlot(conf)),
        resident,
        weights,
        new Batches(
            batches.store(),
            new DeviceBatches(batches.device().set(), HostShare.of(conf)),
            batches.prefetch(),
            batches.staging(),
            batches.bulk()),
        images,
        new Evaluations(
            evaluations.share(),
            evaluations.fitTasks(),
            evaluations.takeOver(),
            evaluations.treeTasks(),
            evaluations.resultsLimit().or(sparksLimit)),
        patience,
        ui,
        start);
  }

  /** Whether the plugin is configured in an application. */
  public static boolean pluginConfigured(SparkConf conf) {
    return Stream.of(conf.get("spark.plugins", "").split(","))
        .map(String::trim)
        .anyMatch(OstinatoPlugin.class.getName()::equals);
  }
}
