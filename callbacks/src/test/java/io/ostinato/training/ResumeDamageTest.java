package io.ostinato.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import io.ostinato.LogLines;
import io.ostinato.callback.Callback;
import io.ostinato.checkpoint.BestCheckpointCallback;
import io.ostinato.checkpoint.CheckpointCallback;
import io.ostinato.evaluation.TestNets;
import io.ostinato.loss.OnlineLossCallback;
import io.ostinato.schedule.Schedule;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.schedule.TrainingLength;
import io.ostinato.schedule.UpdateCounter;
import io.ostinato.storage.Checkpoint;
import io.ostinato.storage.Checkpoints;
import io.ostinato.storage.FileNames;
import io.ostinato.storage.LocalRunFiles;
import io.ostinato.storage.StorageException;
import io.ostinato.storage.TakenOverException;
import io.ostinato.tracking.MetricsFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A run whose files were damaged goes on with the numbers that it would have had, or says what is
 * damaged.
 */
class ResumeDamageTest {
  private static final TrainingLength LENGTH = TrainingLength.epochs(3);
  private static final String RUN = "run";

  /** The tag of the last checkpoint, and of the one before it. */
  private static final String LAST = "E3_U30_S480";

  private static final String BEFORE = "E2_U28_S448";

  private final NDManager manager = Engine.getInstance().newBaseManager();
  @TempDir Path folder;
  private List<String> undisturbed = List.of();

  @BeforeEach
  void train() {
    loop(LENGTH).build().run();
    undisturbed = metrics();
    assertThat(undisturbed).hasSize(15);
  }

  @AfterEach
  void close() {
    manager.close();
  }

  @Test
  void recordsThatAreMissingOrChangedAreToldAndTheRunStaysAsItIs() throws IOException {
    Path log = run().resolve("metrics.jsonl");
    List<String> lines = Files.readAllLines(log);
    Map<String, List<String>> damages = new TreeMap<>();
    damages.put("it has 12 records instead of 15: 3 are missing", lines.subList(0, 12));
    damages.put("it has 14 records instead of 15: 1 is missing", without(lines, 7));
    damages.put("it has 0 records instead of 15: 15 are missing", List.of());
    for (List<String> changed :
        List.of(
            swapped(lines, 3, 4), repeated(lines, 5), changed(lines, 2), carriageReturn(lines))) {
      assertRefused(log, changed, "its first 15 records are not those that were logged");
    }
    for (Map.Entry<String, List<String>> damage : damages.entrySet()) {
      assertRefused(log, damage.getValue(), damage.getKey());
    }
  }

  private void assertRefused(Path log, List<String> lines, String problem) throws IOException {
    Files.writeString(log, String.join("\n", lines) + (lines.isEmpty() ? "" : "\n"));
    Map<String, String> before = contents();
    assertThatThrownBy(() -> resumed().build())
        .isInstanceOf(TrainingConfigurationException.class)
        .hasMessageContaining("checkpoint '" + LAST + "' stands on records that '" + log)
        .hasMessageContaining(problem)
        .hasMessageContaining("restore the file, or ")
        .hasMessageContaining("set lost_metrics: accept; in Java, lostMetrics(LostMetrics.ACCEPT)");
    assertThat(contents()).isEqualTo(before);
  }

  @Test
  void theRefusalNamesACheckpointWhoseRecordsAreThere() throws IOException {
    Path log = run().resolve("metrics.jsonl");
    List<String> lines = Files.readAllLines(log);
    Files.writeString(log, String.join("\n", lines.subList(0, 14)) + "\n");
    assertThatThrownBy(() -> resumed().build())
        .hasMessageContaining("or resume from '" + BEFORE + "', whose records are there, or");
    loop(LENGTH).resume(RUN, BEFORE).build().run();
    assertThat(metrics()).isEqualTo(undisturbed);
  }

  @Test
  void recordsThatAreMissingAreAcceptedIfThatIsSaid() throws IOException {
    Path log = run().resolve("metrics.jsonl");
    List<String> lines = new ArrayList<>(Files.readAllLines(log).subList(0, 9));
    lines.add(4, "not a record");
    Files.writeString(log, String.join("\n", lines) + "\n");
    List<String> warnings =
        LogLines.of(
            () ->
                loop(TrainingLength.updates(32))
                    .resume(RUN, "latest")
                    .lostMetrics(LostMetrics.ACCEPT)
                    .build()
                    .run());
    assertThat(warnings)
        .anyMatch(
            line ->
                line.contains("it has 10 records instead of 15: 5 are missing")
                    && line.contains("training continues without them"));
    assertThat(metrics()).startsWith(undisturbed.subList(0, 9).toArray(String[]::new)).hasSize(10);
    assertThat(run().resolve("metrics.superseded-1.jsonl")).hasContent("not a record");
    assertThat(loop(TrainingLength.updates(34)).resume(RUN, "latest").build().run().end())
        .as("the next checkpoint stands on the records that are left")
        .hasToString("E3_U34_S544");
  }

  @Test
  void damagedRecordsAfterTheCheckpointAreMovedAway() throws IOException {
    Path log = run().resolve("metrics.jsonl");
    String damaged = "not a record\n" + "{\"iteration\":\"E3_U30_S480\"}\n" + "\u0000\n{\n";
    Files.writeString(log, damaged, StandardOpenOption.APPEND);
    resumed().build().run();
    assertThat(metrics()).isEqualTo(undisturbed);
    assertThat(Files.readString(run().resolve("metrics.superseded-1.jsonl"))).isEqualTo(damaged);
  }

  @Test
  void whatOthersHaveInTheFolderOfTheCheckpointsIsLeftAlone() throws IOException {
    Path shared = folder.resolve("shared");
    Supplier<TrainingLoopBuilder> parts =
        () -> loop(LENGTH).runId("parts").checkpoints(LocalRunFiles.in(shared));
    parts.get().build().run();
    List<String> foreign =
        List.of(
            "notes.txt",
            "net.pt.next",
            "E9_U90_S1440.safetensors.next",
            "E9_U90_S1440.optimizer.safetensors.next",
            FileNames.temporary("fedcba9876543210"),
            FileNames.temporary(""));
    for (String name : foreign) {
      write(shared.resolve(name), name);
    }
    parts.get().resume("parts", TrainingLoopBuilder.LATEST).build().run();
    assertThat(metrics(folder.resolve("parts"))).isEqualTo(undisturbed);
    for (String name : foreign) {
      assertThat(shared.resolve(name)).as(name).hasContent(name);
    }
    for (String name : foreign.subList(0, 2)) {
      write(checkpoint(name), name);
    }
    resumed().build().run();
    for (String name : foreign.subList(0, 2)) {
      assertThat(checkpoint(name)).as("in the run's own folder: %s", name).hasContent(name);
    }
  }

  @Test
  void aCheckpointOfAnEarlierVersionIsResumedWithWhatIsThere() throws IOException {
    Path sidecar = checkpoint(LAST + ".json");
    String text = Files.readString(sidecar);
    assertThat(text).containsPattern("\"metrics_records\": \"15\"");
    write(
        sidecar,
        text.replaceAll(",\\s*\"metrics_records\": \"15\"", "")
            .replaceAll(",\\s*\"metrics_sha256\": \"\\w+\"", "")
            .replaceFirst("  \"sha256\": \"\\w+\",\n  \"format\"", "  \"format\""));
    Path log = run().resolve("metrics.jsonl");
    Files.writeString(log, String.join("\n", Files.readAllLines(log).subList(0, 9)) + "\n");
    resumed().build().run();
    assertThat(metrics()).isEqualTo(undisturbed.subList(0, 9));
  }

  @Test
  void aDamagedMarkIsPassedOver() throws IOException {
    Path latest = checkpoint("latest");
    List<byte[]> marks =
        List.of(
            new byte[0],
            "../../x".getBytes(StandardCharsets.UTF_8),
            "/etc/passwd".getBytes(StandardCharsets.UTF_8),
            "latest".getBytes(StandardCharsets.UTF_8),
            "E9_U90_S1440".getBytes(StandardCharsets.UTF_8),
            new byte[12],
            new byte[] {(byte) 0xff, (byte) 0xfe, 0, '\n'},
            new byte[3_000_000]);
    for (byte[] mark : marks) {
      Files.write(latest, mark);
      assertThat(warningsOfResume())
          .anyMatch(
              line ->
                  line.contains("'" + LAST + "' is the newest whole checkpoint to resume from;")
                      && (line.contains("'latest': it ") || line.contains("checkpoint 'E9_U90")));
      assertThat(latest).hasContent(LAST);
    }
    Files.delete(latest);
    Files.createDirectories(latest.resolve("with content"));
    assertThat(warningsOfResume()).anyMatch(line -> line.contains("'latest': it is a folder"));
    assertThat(latest).hasContent(LAST);
    assertThat(metrics()).isEqualTo(undisturbed);
  }

  private List<String> warningsOfResume() {
    return LogLines.of(() -> resumed().build().run());
  }

  @Test
  void aDamagedCheckpointIsPassedOverAndToldAsDamaged() throws IOException {
    Path weights = checkpoint(LAST + ".safetensors");
    byte[] whole = Files.readAllBytes(weights);
    byte[] flipped = whole.clone();
    flipped[whole.length - 3] ^= 4;
    Path sidecar = checkpoint(LAST + ".json");
    byte[] its = Files.readAllBytes(sidecar);
    Map<Damage, String> damages = new LinkedHashMap<>();
    damages.put(
        () -> Files.write(weights, Arrays.copyOf(whole, whole.length / 2)),
        "its file '" + LAST + ".safetensors' has " + whole.length / 2 + " bytes instead of");
    damages.put(() -> Files.write(weights, flipped), "is not what was written");
    damages.put(() -> Files.delete(weights), "its file '" + LAST + ".safetensors' is missing");
    damages.put(
        () -> {
          Files.write(weights, whole);
          Files.copy(checkpoint(BEFORE + ".json"), Files.newOutputStream(sidecar));
        },
        LAST + ".json");
    damages.put(() -> Files.write(sidecar, new byte[0]), "sidecar of checkpoint '" + LAST + "'");
    damages.put(() -> Files.write(sidecar, new byte[99]), "sidecar of checkpoint '" + LAST + "'");
    damages.put(() -> Files.delete(sidecar), "its sidecar '" + LAST + ".json' is missing");
    for (Map.Entry<Damage, String> damage : damages.entrySet()) {
      damage.getKey().make();
      assertThatThrownBy(() -> loop(LENGTH).resume(RUN, LAST).build())
          .isInstanceOf(TrainingConfigurationException.class)
          .hasMessageContaining("checkpoint '" + LAST + "' of run 'run' is damaged: ")
          .hasMessageContaining(damage.getValue())
          .hasMessageContaining("; resume from another one: E0_U7_S112, ");
      assertThat(warningsOfResume())
          .as(damage.getValue())
          .anyMatch(
              line ->
                  line.contains("'" + BEFORE + "' is the newest whole checkpoint to resume from;")
                      && line.contains("checkpoint '" + LAST + "': ")
                      && line.contains(damage.getValue()));
      assertThat(metrics()).isEqualTo(undisturbed);
      assertThat(Files.readAllBytes(weights)).isEqualTo(whole);
      assertThat(Files.readAllBytes(sidecar)).isEqualTo(its);
    }
  }

  /** Damages files. */
  private interface Damage {
    void make() throws IOException;
  }

  @Test
  void aRunWithoutAnyWholeCheckpointSaysWhatIsWrongWithEach() throws IOException {
    for (String tag : Checkpoints.in(LocalRunFiles.in(checkpoint(""))).tags()) {
      Files.write(checkpoint(tag + ".safetensors"), new byte[3]);
    }
    assertThatThrownBy(() -> resumed().build())
        .isInstanceOf(TrainingConfigurationException.class)
        .hasMessageContaining("run 'run' has no whole checkpoint to resume from in '")
        .hasMessageContaining(
            "checkpoint '" + LAST + "': its file '" + LAST + ".safetensors' has 3")
        .hasMessageContaining("checkpoint 'E0_U7_S112': its file 'E0_U7_S112.safetensors' has 3");
  }

  @Test
  void whateverIsDamagedTheNumbersAreThoseOfTheUndisturbedRunOrAnErrorNamesTheFile()
      throws IOException {
    Map<String, byte[]> sound = bytes();
    int refused = 0;
    int cases = Integer.getInteger("ostinato.damages", 40);
    for (int seed = 0; seed < cases; seed++) {
      restore(sound);
      List<String> damaged = damage(new Random(seed));
      try {
        LogLines.of(() -> resumed().build().run());
        assertThat(metrics()).as("seed %s: %s", seed, damaged).isEqualTo(undisturbed);
      } catch (StorageException | IllegalArgumentException e) {
        refused++;
        assertThat(damaged)
            .as("seed %s: %s", seed, e.getMessage())
            .anyMatch(name -> String.valueOf(e.getMessage()).contains(name));
      }
    }
    assertThat(refused).as("of %s", cases).isBetween(1, cases - 1);
  }

  /** Truncates, flips, deletes or empties one or two files; their names. */
  private List<String> damage(Random random) throws IOException {
    List<Path> files = new ArrayList<>();
    try (Stream<Path> all = Files.walk(run())) {
      all.filter(Files::isRegularFile).sorted().forEach(files::add);
    }
    Collections.shuffle(files, random);
    List<String> names = new ArrayList<>();
    for (Path file : files.subList(0, 1 + random.nextInt(2))) {
      names.add(String.valueOf(file.getFileName()));
      byte[] bytes = Files.readAllBytes(file);
      switch (random.nextInt(4)) {
        case 0 -> Files.write(file, Arrays.copyOf(bytes, random.nextInt(bytes.length)));
        case 1 -> {
          if (hasHash(file)) {
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
          }
          Files.write(file, bytes);
        }
        case 2 -> Files.delete(file);
        default -> Files.write(file, new byte[0]);
      }
    }
    return names;
  }

  /** Sidecars of earlier versions have no hash of their own. */
  private static boolean hasHash(Path file) throws IOException {
    return !file.toString().endsWith(".json")
        || Files.readString(file).startsWith("{\n  \"sha256\"");
  }

  @Test
  void aRunThatWasKilledBeforeItsFirstCheckpointStartsAgain() throws IOException {
    TrainingLoop begun = begun();
    assertThat(begun.folder().resolve("metrics.jsonl")).content().hasLineCount(2);
    Files.writeString(begun.folder().resolve(".tmp-killed"), "half");
    Files.createDirectories(begun.folder().resolve("checkpoints"));
    Files.writeString(begun.folder().resolve("checkpoints/E0_U7_S112.safetensors.next"), "half");
    assertThatThrownBy(() -> loop(LENGTH).resume("begun", "latest").build())
        .hasMessageContaining("run 'begun' has no checkpoint to resume from in '")
        .hasMessageContaining("; start it again with its run_id instead");
    String logged = Files.readString(begun.folder().resolve("metrics.jsonl"));

    TrainingLoop again = loop(LENGTH).runId("begun").build();
    again.run();
    assertThat(metrics(again.folder())).isEqualTo(undisturbed);
    assertThat(again.folder().resolve("metrics.superseded-1.jsonl")).hasContent(logged);
    assertThat(again.folder().resolve(".tmp-killed")).doesNotExist();
    assertThat(again.folder().resolve("checkpoints/E0_U7_S112.safetensors.next")).doesNotExist();
    assertThatThrownBy(() -> loop(LENGTH).runId("begun").build())
        .hasMessageContaining("run 'begun' already exists in '" + again.folder())
        .hasMessageContaining("resume it, or choose another run id");
  }

  @Test
  void weightsAloneDontPreventARunFromStartingAgain() throws IOException {
    TrainingLoop begun = begun();
    Checkpoints checkpoints =
        Checkpoints.in(LocalRunFiles.in(begun.folder().resolve("checkpoints")));
    Checkpoint best =
        Checkpoint.ofWeights(
            TrainingIteration.parse("E0_U4_S64"),
            "begun",
            "net",
            TestNets.weights(TestNets.classifier(), 3));
    checkpoints.save("best_model.accuracy.test", best);
    checkpoints.markLatestWeights("best_model.accuracy.test");
    assertThatThrownBy(() -> loop(LENGTH).resume("begun", "latest").build())
        .hasMessageContaining("run 'begun' has no checkpoint to resume from in '")
        .hasMessageContaining("; start it again with its run_id instead");

    TrainingLoop again = loop(LENGTH).runId("begun").build();
    again.run();
    assertThat(metrics(again.folder())).isEqualTo(undisturbed);
    assertThat(checkpoints.load("best_model.accuracy.test").weights().manifest())
        .as("that of the new start")
        .isNotEqualTo(best.weights().manifest());
    assertThat(checkpoints.load("best_model.accuracy.test.superseded-1").weights().manifest())
        .isEqualTo(best.weights().manifest());
  }

  @Test
  void aRunThatAnotherWritesOrThatHasOtherFilesIsNotStartedAgain() throws IOException {
    TrainingLoop begun = begun();
    LocalRunFiles files = LocalRunFiles.in(begun.folder());
    try (var log = files.openLines("metrics.jsonl")) {
      assertThatThrownBy(() -> loop(LENGTH).runId("begun").build())
          .isInstanceOf(TrainingConfigurationException.class)
          .hasMessageContaining("already exists in '" + begun.folder() + "', and a process is")
          .hasMessageContaining("choose another run id, or end the process");
      log.checkHeld();
    }
    TrainingLoop first = loop(LENGTH).runId("begun").build();
    try (var log = files.openLines("metrics.jsonl")) {
      assertThatThrownBy(first::run)
          .isInstanceOf(TakenOverException.class)
          .hasMessageContaining("this process is writing");
      log.checkHeld();
    }
    for (String valuable : List.of("summary.json", "images.zip", "checkpoints/a.safetensors")) {
      Path file = begun.folder().resolve(valuable);
      Files.createDirectories(file.getParent());
      Files.writeString(file, "valuable");
      assertThatThrownBy(() -> loop(LENGTH).runId("begun").build())
          .as(valuable)
          .hasMessageContaining("run 'begun' already exists in '")
          .hasMessageContaining("resume it, or choose another run id");
      Files.delete(file);
    }
    Path log = begun.folder().resolve("metrics.jsonl");
    Files.writeString(log, "{\"of\":\"something else\"}\n");
    assertThatThrownBy(() -> loop(LENGTH).runId("begun").build())
        .hasMessageContaining("run 'begun' already exists in '");
    Files.delete(log);
    Files.writeString(begun.folder().resolve("checkpoints/a.safetensors"), "valuable");
    assertThatThrownBy(() -> loop(LENGTH).runId("begun").build())
        .as("the log is gone, and the checkpoints are not")
        .hasMessageContaining("run 'begun' already exists in '");
  }

  /** A run whose process was killed after two records. */
  private TrainingLoop begun() throws IOException {
    TrainingLoop begun =
        Trainings.on(manager, folder)
            .runId("begun")
            .callback(
                new OnlineLossCallback(new OnlineLossCallback.Config(Schedule.everyNUpdates(4))))
            .length(TrainingLength.updates(11))
            .build();
    begun.run();
    Files.delete(begun.folder().resolve("summary.json"));
    return begun;
  }

  @Test
  void filesOfTheRunAreWrittenOnceNothingCanRefuseItAnyMore() throws IOException {
    Path config = run().resolve("config.yaml");
    Files.writeString(config, "before");
    TrainingLoop otherModel =
        resumed()
            .model(TestNets::wide, TestNets.FEATURES)
            .file("config.yaml", out -> out.write("after".getBytes(StandardCharsets.UTF_8)))
            .build();
    assertThatThrownBy(otherModel::run).hasMessageContaining("only the model has 'weight'");
    assertThat(config).hasContent("before");
    List<String> seen = new ArrayList<>();
    resumed()
        .file("config.yaml", out -> out.write("after".getBytes(StandardCharsets.UTF_8)))
        .callback(new Seen(config, seen))
        .build()
        .run();
    assertThat(seen).containsExactly("after");
    assertThat(config).hasContent("after");
  }

  /** Reads a file before training. */
  private static final class Seen extends Callback {
    private static final long serialVersionUID = 1;
    private final transient Path file;
    private final transient List<String> seen;

    Seen(Path file, List<String> seen) {
      this.file = file;
      this.seen = seen;
    }

    @Override
    public void beforeTraining(UpdateCounter start) {
      seen.add(context().files().text(String.valueOf(file.getFileName())));
    }
  }

  private TrainingLoopBuilder resumed() {
    return loop(LENGTH).resume(RUN, TrainingLoopBuilder.LATEST);
  }

  private TrainingLoopBuilder loop(TrainingLength length) {
    return Trainings.on(manager, folder)
        .runId(RUN)
        .length(length)
        .callback(
            new CheckpointCallback(
                CheckpointCallback.Config.defaults()
                    .every(Schedule.everyNUpdates(7))
                    .keep(CheckpointCallback.Keep.ALL)))
        .callback(new BestCheckpointCallback(BestCheckpointCallback.Config.of("accuracy/test")))
        .callback(Trainings.accuracy())
        .callback(new OnlineLossCallback(new OnlineLossCallback.Config(Schedule.everyNUpdates(2))));
  }

  private Path run() {
    return folder.resolve(RUN);
  }

  private Path checkpoint(String name) {
    return run().resolve("checkpoints").resolve(name);
  }

  private List<String> metrics() {
    return metrics(run());
  }

  private static List<String> metrics(Path run) {
    return MetricsFile.read(run.resolve("metrics.jsonl")).stream()
        .map(record -> record.iteration() + " " + record.metrics())
        .toList();
  }

  private Map<String, byte[]> bytes() throws IOException {
    Map<String, byte[]> bytes = new TreeMap<>();
    try (Stream<Path> files = Files.walk(run())) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        bytes.put(run().relativize(file).toString(), Files.readAllBytes(file));
      }
    }
    return bytes;
  }

  private Map<String, String> contents() throws IOException {
    Map<String, String> texts = new TreeMap<>();
    bytes()
        .forEach((name, bytes) -> texts.put(name, new String(bytes, StandardCharsets.ISO_8859_1)));
    return texts;
  }

  private void restore(Map<String, byte[]> sound) throws IOException {
    LocalRunFiles.in(run()).deleteFolder();
    for (Map.Entry<String, byte[]> file : sound.entrySet()) {
      Path path = run().resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.write(path, file.getValue());
    }
  }

  private static void write(Path file, String text) throws IOException {
    Files.write(file, text.getBytes(StandardCharsets.UTF_8));
  }

  private static List<String> without(List<String> lines, int index) {
    List<String> others = new ArrayList<>(lines);
    others.remove(index);
    return others;
  }

  private static List<String> swapped(List<String> lines, int one, int other) {
    List<String> others = new ArrayList<>(lines);
    Collections.swap(others, one, other);
    return others;
  }

  private static List<String> repeated(List<String> lines, int index) {
    List<String> others = new ArrayList<>(lines);
    others.add(index, lines.get(index));
    return others;
  }

  private static List<String> changed(List<String> lines, int index) {
    List<String> others = new ArrayList<>(lines);
    others.set(
        index, lines.get(index).replaceFirst("(\"metrics\":\\{\"[^\"]*\":\\d\\.)\\d", "$17"));
    return others;
  }

  private static List<String> carriageReturn(List<String> lines) {
    List<String> others = new ArrayList<>(lines);
    others.set(1, lines.get(1) + "\r");
    return others;
  }
}
