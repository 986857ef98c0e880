package io.ostinato.spark.plugin;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import scala.Tuple2;

/**
 * The settings that begin with {@code spark.ostinato.}, checked.
 *
 * @param threads intra-op threads of the native engine, or 0 where none were set
 * @param threadsPerSlot cores over task slots: the threads where none were set
 */
public record OstinatoSettings(
    int threads, int threadsPerSlot, Residency resident, Batches batches, Evaluations evaluations)
    implements Serializable {
  static final String PREFIX = "spark.ostinato.";
  static final String THREADS = PREFIX + "threads";
  static final String RESIDENT_MODELS = PREFIX + "resident.models";
  static final String RESIDENT_VERSIONS = PREFIX + "resident.versions";
  static final String DEVICE_TASKS = PREFIX + "device.tasks";
  static final String RESIDENT_STATE = PREFIX + "resident.state";
  static final String BLOCKS_STORE = PREFIX + "blocks.store";
  static final String BLOCKS_DEVICE = PREFIX + "blocks.device";
  static final String BLOCKS_PREFETCH = PREFIX + "blocks.prefetch";
  static final String BLOCKS_BULK = PREFIX + "blocks.bulk";
  static final String SHARE = PREFIX + "evaluations.share";
  static final String FIT_TASKS = PREFIX + "evaluations.fitTasks";
  private static final String KRYO_REGISTRATION = "spark.kryo.registrationRequired";
  static final String TREE_TASKS = PREFIX + "evaluations.treeTasks";

  private static final List<String> KEYS =
      List.of(
          BLOCKS_BULK,
          BLOCKS_DEVICE,
          BLOCKS_PREFETCH,
          BLOCKS_STORE,
          DEVICE_TASKS,
          FIT_TASKS,
          ResultsLimit.OURS,
          SHARE,
          TREE_TASKS,
          RESIDENT_MODELS,
          RESIDENT_STATE,
          RESIDENT_VERSIONS,
          THREADS);

  /**
   * What stays on a device.
   *
   * @param models how many models a device keeps loaded, at least 1
   * @param versions how many versions of one model, at least 1
   * @param tasks how many tasks compute on a device at a time; 0 for as many as Spark runs
   * @param state what is done with models that keep something from one forward to the next
   */
  public record Residency(int models, int versions, int tasks, StatePolicy state)
      implements Serializable {}

  /**
   * How datasets become batches; what users set says {@code blocks}.
   *
   * @param storeBytes the most bytes of a dataset that is stored on the executors; -1 for half of
   *     what they can store
   * @param deviceBytes the most bytes of batches that a device keeps
   * @param prefetch how many batches a task reads ahead
   * @param bulk whether columns are read as Spark holds them, instead of row objects
   */
  public record Batches(long storeBytes, long deviceBytes, int prefetch, boolean bulk)
      implements Serializable {}

  /**
   * How evaluations run.
   *
   * @param share whether callbacks that are due together share one pass
   * @param fitTasks whether the number of tasks is fitted to slots and batches
   * @param treeTasks from how many tasks on the states of metrics are merged on executors before
   *     they come to the driver
   * @param resultsLimit the most bytes of results that the driver collects
   */
  public record Evaluations(
      boolean share, boolean fitTasks, int treeTasks, ResultsLimit resultsLimit)
      implements Serializable {}

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
    SettingsReader read = new SettingsReader(conf, mistakes);
    int threads = read.number(THREADS, 1, 0);
    Residency resident =
        new Residency(
            read.number(RESIDENT_MODELS, 1, 2),
            read.number(RESIDENT_VERSIONS, 1, 2),
            read.number(DEVICE_TASKS, 1, 0),
            read.oneOf(RESIDENT_STATE, StatePolicy.class, StatePolicy.SERIAL));
    Batches batches =
        new Batches(
            read.bytes(BLOCKS_STORE, -1),
            read.bytes(BLOCKS_DEVICE, 0),
            read.number(BLOCKS_PREFETCH, 0, 2),
            read.truth(BLOCKS_BULK, true));
    Evaluations evaluations =
        new Evaluations(
            read.truth(SHARE, true),
            read.truth(FIT_TASKS, true),
            read.number(TREE_TASKS, 2, 64),
            ResultsLimit.of(
                read.bytes(ResultsLimit.OURS, 1L << 30),
                read.bytes(ResultsLimit.SPARKS, 1L << 30)));
    if (conf.get("spark.serializer", "").endsWith("KryoSerializer")
        && read.truth(KRYO_REGISTRATION, false)) {
      mistakes.add(
          KRYO_REGISTRATION
              + "=true is not allowed: classes that evaluations send between driver and executors"
              + " are not registered with Kryo; set it to false");
    }
    if (!mistakes.isEmpty()) {
      throw new IllegalArgumentException(
          "Ostinato's settings are wrong:\n  - " + String.join("\n  - ", mistakes));
    }
    return new OstinatoSettings(
        threads, TaskSlots.threadsPerSlot(conf), resident, batches, evaluations);
  }

  /** Whether an application has the plugin. */
  public static boolean pluginConfigured(SparkConf conf) {
    return Stream.of(conf.get("spark.plugins", "").split(","))
        .map(String::trim)
        .anyMatch(OstinatoPlugin.class.getName()::equals);
  }
}
