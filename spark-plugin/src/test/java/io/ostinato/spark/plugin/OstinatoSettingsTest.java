package io.ostinato.spark.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ostinato.describe.ByteSize;
import io.ostinato.describe.TimeSpan;
import io.ostinato.spark.TestSpark;
import io.ostinato.spark.plugin.OstinatoSettings.Batches;
import io.ostinato.spark.plugin.OstinatoSettings.DeviceBatches;
import io.ostinato.spark.plugin.OstinatoSettings.Evaluations;
import io.ostinato.spark.plugin.OstinatoSettings.Images;
import io.ostinato.spark.plugin.OstinatoSettings.Patience;
import io.ostinato.spark.plugin.OstinatoSettings.Residency;
import io.ostinato.spark.plugin.OstinatoSettings.Start;
import io.ostinato.spark.plugin.OstinatoSettings.Threads;
import io.ostinato.spark.plugin.OstinatoSettings.WebTab;
import io.ostinato.spark.plugin.OstinatoSettings.Weights;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;

class OstinatoSettingsTest {

  @Test
  void everyKeyHasItsDefault() {
    OstinatoSettings settings = OstinatoSettings.of(conf("spark.master", "local[1]"));
    assertThat(settings)
        .isEqualTo(
            new OstinatoSettings(
                new Threads(0, 1),
                new Residency(2, 2, StatePolicy.SERIAL, 0),
                new Weights(WeightTransfer.BLOCKS, null),
                new Batches(
                    null,
                    new DeviceBatches(null, new HostShare(Long.MAX_VALUE, 1)),
                    2,
                    StagingPolicy.AUTO,
                    true),
                new Images(89_478_485),
                new Evaluations(true, true, true, 64, limit(1L << 30)),
                new Patience(span("5m"), span("30s")),
                new WebTab(true, 100),
                new Start(true)));
  }

  @Test
  void everyKeyIsRead() {
    OstinatoSettings settings =
        OstinatoSettings.of(
            conf(
                "spark.ostinato.threads", "3",
                "spark.ostinato.resident.models", "5",
                "spark.ostinato.resident.versions", "4",
                "spark.ostinato.resident.state", "Copies",
                "spark.ostinato.device.tasks", "6",
                "spark.ostinato.weights.transfer", "broadcasts",
                "spark.ostinato.weights.inPlace", "3g",
                "spark.ostinato.blocks.store", "2g",
                "spark.ostinato.blocks.device", "512m",
                "spark.ostinato.blocks.prefetch", "0",
                "spark.ostinato.blocks.staging", "run",
                "spark.ostinato.blocks.bulk", "false",
                "spark.ostinato.images.maxPixels", "1000",
                "spark.ostinato.evaluations.share", "false",
                "spark.ostinato.evaluations.fitTasks", "False",
                "spark.ostinato.evaluations.takeOver", "false",
                "spark.ostinato.evaluations.treeTasks", "7",
                "spark.ostinato.evaluations.resultsLimit", "1k",
                "spark.ostinato.evaluations.silence", "90s",
                "spark.ostinato.evaluations.grace", "500ms",
                "spark.ostinato.ui.enabled", "false",
                "spark.ostinato.ui.retainedEvaluations", "7",
                "spark.ostinato.preload", "false"));
    assertThat(settings)
        .isEqualTo(
            new OstinatoSettings(
                new Threads(3, 1),
                new Residency(5, 4, StatePolicy.COPIES, 6),
                new Weights(WeightTransfer.BROADCASTS, size("3g")),
                new Batches(
                    size("2g"),
                    new DeviceBatches(size("512m"), new HostShare(Long.MAX_VALUE, 0)),
                    0,
                    StagingPolicy.RUN,
                    false),
                new Images(1000),
                new Evaluations(false, false, false, 7, limit(1024)),
                new Patience(span("90s"), span("500ms")),
                new WebTab(false, 7),
                new Start(false)));
  }

  @Test
  void byDefaultBlocksThatAreSnapshotsLeaveMemoryForOthers() {
    long most = new Weights(WeightTransfer.BLOCKS, null).inPlaceBytes(1) * 4;
    assertThat(most).isPositive().isLessThanOrEqualTo(Runtime.getRuntime().maxMemory());
    Weights weights = OstinatoSettings.of(conf()).weights();
    assertThat(weights.inPlaceBytes(most / 4)).isEqualTo(most / 4);
    assertThat(weights.inPlaceBytes(most / 4 + 8)).isZero();
    Weights set = OstinatoSettings.of(conf("spark.ostinato.weights.inPlace", "1m")).weights();
    assertThat(set.inPlaceBytes(1)).isEqualTo(1 << 20);
    assertThat(set.inPlaceBytes(Long.MAX_VALUE)).isEqualTo(1 << 20);
  }

  @Test
  void byDefaultBatchesStayWithinTheMemoryOverhead() {
    String overhead = "spark.executor.memoryOverhead";
    assertThat(host("local[4]")).isEqualTo(new HostShare(Long.MAX_VALUE, 4));
    assertThat(host("spark://host:7077", "spark.executor.cores", "3"))
        .isEqualTo(new HostShare(Long.MAX_VALUE, 3));
    assertThat(host("spark://host:7077").cores()).as("all of its worker's").isZero();
    assertThat(host("yarn").mostBytes()).as("of 384 MiB").isZero();
    assertThat(host("yarn").cores()).isEqualTo(1);
    assertThat(host("yarn", overhead, "2g").mostBytes()).isEqualTo(256L << 20);
    assertThat(host("yarn", overhead, "1824").mostBytes()).as("MiB").isEqualTo(200L << 20);
    assertThat(host("k8s://https://host", "spark.executor.memory", "40g").mostBytes())
        .isEqualTo(768L << 20);
    assertThat(
            host(
                    "k8s://https://host",
                    "spark.executor.memory",
                    "10g",
                    "spark.kubernetes.memoryOverheadFactor",
                    "0.4")
                .mostBytes())
        .isEqualTo(768L << 20);
  }

  private static HostShare host(String master, String... more) {
    SparkConf conf = conf(more).set("spark.master", master);
    return OstinatoSettings.of(conf).batches().device().host();
  }

  @Test
  void theDriverCollectsNoMoreThanSparkAllows() {
    assertThat(
            OstinatoSettings.of(
                    conf(
                        "spark.ostinato.evaluations.resultsLimit", "2g",
                        "spark.driver.maxResultSize", "512m"))
                .evaluations()
                .resultsLimit())
        .isEqualTo(new ResultsLimit("spark.driver.maxResultSize", 512 << 20));
    assertThat(limit(2048).or(0)).as("0 is no limit").isEqualTo(limit(2048));
    assertThat(limit(2048).or(4096)).isEqualTo(limit(2048));
  }

  @Test
  void mistakesAreReportedTogetherWithKeyValueAndWhatIsAllowed() {
    assertThatThrownBy(
            () ->
                OstinatoSettings.of(
                    conf(
                        "spark.ostinato.threads", "0",
                        "spark.ostinato.resident.models", "many",
                        "spark.ostinato.resident.state", "shared",
                        "spark.ostinato.blocks.store", "-1",
                        "spark.ostinato.blocks.device", "lots",
                        "spark.ostinato.blocks.bulk", "perhaps",
                        "spark.ostinato.thread", "2")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(
            "spark.ostinato.threads=0 is not allowed; it must be a whole number from 1")
        .hasMessageContaining("spark.ostinato.resident.models=many is not allowed")
        .hasMessageContaining(
            "spark.ostinato.resident.state=shared is not allowed; it must be one of serial, copies,"
                + " refuse")
        .hasMessageContaining(
            "spark.ostinato.blocks.store=-1 is not allowed; it must be a size such as 512m or 2g")
        .hasMessageContaining("spark.ostinato.blocks.device=lots is not allowed")
        .hasMessageContaining(
            "spark.ostinato.blocks.bulk=perhaps is not allowed; it must be true or false")
        .hasMessageContaining(
            "unknown setting spark.ostinato.thread=2; known: spark.ostinato.blocks.bulk,")
        .hasMessageContaining("spark.ostinato.resident.versions, spark.ostinato.threads");
  }

  @Test
  void kryoThatWantsClassesRegisteredIsRefused() {
    String key = "spark.kryo.registrationRequired";
    String kryo = "org.apache.spark.serializer.KryoSerializer";
    assertThatThrownBy(() -> OstinatoSettings.of(conf(key, "true", "spark.serializer", kryo)))
        .hasMessageContaining(key + "=true is not allowed: classes that evaluations send")
        .hasMessageContaining("set it to false");
    OstinatoSettings.of(conf(key, "true"));
    OstinatoSettings.of(conf(key, "false", "spark.serializer", kryo));
  }

  @Test
  void thePluginStopsAnApplicationWhoseSettingsAreWrong() {
    assertThatThrownBy(
            () ->
                TestSpark.local(
                    Map.of(
                        "spark.plugins",
                        OstinatoPlugin.class.getName(),
                        "spark.ostinato.threads",
                        "-1")))
        .hasStackTraceContaining("spark.ostinato.threads=-1 is not allowed");
  }

  @Test
  void threadsAreCoresOverSlots() {
    assertThat(threads("spark.master", "local[6]")).isEqualTo(1);
    assertThat(threads("spark.master", "local[6]", "spark.task.cpus", "3")).isEqualTo(3);
    assertThat(threads("spark.master", "local-cluster[2,4,1024]", "spark.task.cpus", "2"))
        .isEqualTo(2);
    assertThat(threads("spark.master", "yarn", "spark.executor.cores", "8")).isEqualTo(1);
    assertThat(threads("spark.master", "yarn")).isEqualTo(1);
    assertThat(
            threads(
                "spark.master", "yarn",
                "spark.executor.cores", "16",
                "spark.executor.resource.gpu.amount", "2",
                "spark.task.resource.gpu.amount", "0.5"))
        .as("four tasks fit the GPUs")
        .isEqualTo(4);
    assertThat(threadsOfGpuTasks("4", "0.4")).as("two tasks fit a GPU: 40 cores / 8").isEqualTo(5);
    assertThat(threadsOfGpuTasks("4", "1")).as("40 cores / 4").isEqualTo(10);
    assertThat(threadsOfGpuTasks("5", "2")).as("two tasks of two GPUs each").isEqualTo(20);
  }

  @Test
  void thePluginIsFoundAmongOthers() {
    String name = OstinatoPlugin.class.getName();
    assertThat(OstinatoSettings.pluginConfigured(conf("spark.plugins", "a.B, " + name))).isTrue();
    assertThat(OstinatoSettings.pluginConfigured(conf("spark.plugins", "a.B"))).isFalse();
    assertThat(OstinatoSettings.pluginConfigured(conf())).isFalse();
  }

  private static ByteSize size(String text) {
    return ByteSize.parse(text).orElseThrow();
  }

  private static TimeSpan span(String text) {
    return TimeSpan.parse(text).orElseThrow();
  }

  private static ResultsLimit limit(long bytes) {
    return new ResultsLimit("spark.ostinato.evaluations.resultsLimit", bytes);
  }

  private static int threadsOfGpuTasks(String gpus, String taskGpus) {
    return threads(
        "spark.master",
        "yarn",
        "spark.executor.cores",
        "40",
        "spark.executor.resource.gpu.amount",
        gpus,
        "spark.task.resource.gpu.amount",
        taskGpus);
  }

  private static int threads(String... keysAndValues) {
    return OstinatoSettings.of(conf(keysAndValues)).threads().perSlot();
  }

  private static SparkConf conf(String... keysAndValues) {
    SparkConf conf = new SparkConf(false);
    for (int i = 0; i < keysAndValues.length; i += 2) {
      conf.set(keysAndValues[i], keysAndValues[i + 1]);
    }
    return conf;
  }
}
