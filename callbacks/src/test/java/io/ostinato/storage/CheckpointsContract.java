package io.ostinato.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.weights.HostArray;
import io.ostinato.weights.WeightSnapshot;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What checkpoints promise on every file system. */
public abstract class CheckpointsContract {

  /** Files in a folder that is not there yet; the same folder each time within a test. */
  protected abstract RunFiles files();

  @Test
  void aTrainingComesBackAsItWas() {
    Checkpoint checkpoint = training("E1_U10_S160", 1).withLoop(Map.of("seed", "7"));
    checkpoints().save("E1_U10_S160", checkpoint);
    Checkpoint loaded = checkpoints().load("E1_U10_S160");
    assertThat(loaded.weights().manifest()).isEqualTo(checkpoint.weights().manifest());
    assertThat(loaded.weights().arrays()).isEqualTo(checkpoint.weights().arrays());
    assertThat(loaded.optimizer()).isEqualTo(checkpoint.optimizer());
    assertThat(loaded.states()).isEqualTo(checkpoint.states());
    assertThat(loaded.loop()).isEqualTo(checkpoint.loop());
    assertThat(checkpoints().loop("E1_U10_S160")).containsExactly(Map.entry("seed", "7"));
    assertThat(loaded.iteration()).isEqualTo(checkpoint.iteration());
    assertThat(loaded.runId()).isEqualTo("run");
    assertThat(loaded.architecture()).isEqualTo("net");
    assertThat(loaded.isResumable()).isTrue();
    assertThat(files().list())
        .containsExactly(
            "E1_U10_S160.json",
            "E1_U10_S160.optimizer.safetensors",
            "E1_U10_S160.safetensors",
            "E1_U10_S160.states.safetensors");
  }

  @Test
  void weightsAloneAreOneFileAndASidecar() {
    checkpoints().save("best", weights("E2_U20_S320", 2));
    assertThat(checkpoints().load("best").isResumable()).isFalse();
    assertThat(files().list()).containsExactly("best.json", "best.safetensors");
  }

  @Test
  void aTagIsReplacedWithAllThatBelongsToIt() {
    checkpoints().save("best", training("E1_U10_S160", 1));
    checkpoints().save("best", weights("E2_U20_S320", 2));
    assertThat(files().list()).containsExactly("best.json", "best.safetensors");
    assertThat(checkpoints().load("best").iteration()).hasToString("E2_U20_S320");
    assertThat(checkpoints().load("best").weights().manifest())
        .isEqualTo(weights("E2_U20_S320", 2).weights().manifest());
  }

  @Test
  void whateverIsInterruptedATagIsWhatItWasOrWhatItIsAfter() {
    // Each run of this loop fails at one more step of the second save.
    for (int steps = 0; ; steps++) {
      String tag = "best" + steps;
      checkpoints().save(tag, training("E1_U10_S160", 1));
      FailingFiles failing = new FailingFiles(files(), steps);
      boolean interrupted = false;
      try {
        Checkpoints.in(failing).save(tag, training("E2_U20_S320", 2));
      } catch (StorageException e) {
        assertThat(e).hasMessage("interrupted");
        interrupted = true;
      }
      assertThat(checkpoints().tags()).contains(tag);
      Checkpoint loaded = checkpoints().load(tag);
      long seed = loaded.iteration().epoch();
      Checkpoint expected = training(loaded.iteration().toString(), seed);
      assertThat(loaded.weights().manifest()).isEqualTo(expected.weights().manifest());
      assertThat(loaded.optimizer()).isEqualTo(expected.optimizer());
      assertThat(loaded.states()).isEqualTo(expected.states());
      if (!interrupted) {
        assertThat(steps).as("steps of a save").isGreaterThan(5);
        assertThat(loaded.iteration()).hasToString("E2_U20_S320");
        break;
      }
      checkpoints().save(tag, training("E3_U30_S480", 3));
      assertThat(checkpoints().load(tag).iteration()).hasToString("E3_U30_S480");
    }
  }

  @Test
  void whatMayHaveBeenCommittedStaysWhileItsSidecarCantBeRead() {
    checkpoints().save("best", training("E1_U10_S160", 1));
    int kept = 0;
    for (int steps = 0; steps < 60 && kept == 0; steps++) {
      try {
        Checkpoints.in(new FailingFiles(files(), steps)).save("best", training("E2_U20_S320", 2));
      } catch (StorageException e) {
        boolean isCommitted =
            files().list().stream().anyMatch(name -> name.endsWith(DataFiles.NEXT))
                && checkpoints().load("best").iteration().toString().equals("E2_U20_S320");
        if (isCommitted) {
          List<String> before = files().list();
          Checkpoints.in(
                  new ForwardingRunFiles(files()) {
                    @Override
                    public String text(String name) {
                      throw new StorageException("can't read " + name + " just now");
                    }
                  })
              .deleteAbandoned();
          assertThat(files().list()).containsAll(before);
          kept++;
        }
      }
      checkpoints().save("best", training("E1_U10_S160", 1));
    }
    assertThat(kept).as("saves that were interrupted after their commit").isPositive();
  }

  @Test
  void whatKilledSavesLeftIsFinishedOrRemoved() {
    checkpoints().save("best", training("E1_U10_S160", 1));
    List<String> before = files().list();
    int left = 0;
    boolean interrupted = true;
    for (int steps = 0; interrupted; steps++) {
      interrupted = false;
      for (String tag : List.of("best", "E2_U20_S320")) {
        try {
          Checkpoints.in(new FailingFiles(files(), steps)).save(tag, training("E2_U20_S320", 2));
        } catch (StorageException e) {
          interrupted = true;
        }
      }
      left += files().list().stream().anyMatch(name -> name.endsWith(DataFiles.NEXT)) ? 1 : 0;
      checkpoints().deleteAbandoned();
      assertThat(files().list()).noneMatch(name -> name.endsWith(DataFiles.NEXT));
      checkpoints().tags().forEach(checkpoints()::load);
      assertThat(checkpoints().tags()).contains("best");
      checkpoints().delete("E2_U20_S320");
      checkpoints().save("best", training("E1_U10_S160", 1));
      assertThat(files().list()).isEqualTo(before);
    }
    assertThat(left).as("saves that left something").isGreaterThan(3);
  }

  @Test
  void whatAKilledRemovalLeftIsRemoved() {
    checkpoints().save("best", training("E1_U10_S160", 1));
    List<String> before = files().list();
    int left = 0;
    boolean interrupted = true;
    for (int steps = 0; interrupted; steps++) {
      checkpoints().save("E2_U20_S320", training("E2_U20_S320", 2));
      interrupted = false;
      try {
        Checkpoints.in(new FailingFiles(files(), steps)).delete("E2_U20_S320");
      } catch (StorageException e) {
        interrupted = true;
      }
      checkpoints().deleteAbandoned();
      if (checkpoints().tags().contains("E2_U20_S320")) {
        checkpoints().load("E2_U20_S320");
        assertThat(interrupted).isTrue();
      } else {
        left += interrupted ? 1 : 0;
        assertThat(files().list()).isEqualTo(before);
      }
    }
    assertThat(left).as("removals that left something").isGreaterThan(2);
  }

  @Test
  void aTagThatIsSavedAfterItsRemovalWasKilledStays() {
    int left = 0;
    boolean interrupted = true;
    for (int steps = 0; interrupted; steps++) {
      checkpoints().save("best", training("E1_U10_S160", 1));
      interrupted = false;
      try {
        Checkpoints.in(new FailingFiles(files(), steps)).delete("best");
      } catch (StorageException e) {
        interrupted = true;
        left++;
      }
      checkpoints().save("best", training("E2_U20_S320", 2));
      checkpoints().deleteAbandoned();
      assertThat(checkpoints().load("best").states())
          .isEqualTo(training("E2_U20_S320", 2).states());
      checkpoints().delete("best");
      assertThat(files().list()).isEmpty();
    }
    assertThat(left).as("removals that left something").isGreaterThan(2);
  }

  @Test
  void aDiskThatIsFullForAMomentLeavesATagAsItWasAndNothingBesideIt() {
    checkpoints().save("best", training("E1_U10_S160", 1));
    List<String> before = files().list();
    int refused = 0;
    for (int steps = 0; ; steps++) {
      FailingFiles full = new FailingFiles(files(), steps);
      full.steps = "write";
      full.recovers = true;
      try {
        Checkpoints.in(full).save("best", training("E2_U20_S320", 2));
        break;
      } catch (StorageException e) {
        refused++;
      }
      assertThat(files().list()).isEqualTo(before);
      assertThat(checkpoints().load("best").iteration()).hasToString("E1_U10_S160");
    }
    assertThat(refused).as("files of a checkpoint").isEqualTo(4);
    assertThat(files().list()).isEqualTo(before);
    assertThat(checkpoints().load("best").iteration()).hasToString("E2_U20_S320");
  }

  @Test
  void whatIsTornIsNeverTheLatest() throws IOException {
    Checkpoints checkpoints = checkpoints();
    assertThat(checkpoints.latest()).isEmpty();
    checkpoints.save("E1_U10_S160", training("E1_U10_S160", 1));
    checkpoints.save("E2_U20_S320", training("E2_U20_S320", 2));
    checkpoints.save("best", weights("E3_U30_S480", 3));
    assertThat(checkpoints.latest()).as("of trainings").contains("E2_U20_S320");
    checkpoints.markLatest("E1_U10_S160");
    assertThat(checkpoints.latest()).contains("E1_U10_S160");
    assertThatThrownBy(() -> checkpoints.markLatest("best"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "checkpoint 'best' has weights only, so 'latest' can't name it; mark it as"
                + " 'latest_weights'");
    assertThat(checkpoints.latestWeights()).isEmpty();
    checkpoints.markLatestWeights("best");
    assertThat(checkpoints.latestWeights()).contains("best");
    assertThat(checkpoints.latest()).contains("E1_U10_S160");
    checkpoints.save("E1_U10_S160", weights("E1_U10_S160", 1));
    assertThat(checkpoints.latest()).as("has weights only now").contains("E2_U20_S320");
    checkpoints.save("E1_U10_S160", training("E1_U10_S160", 1));
    checkpoints.markLatest("E2_U20_S320");
    cut("E2_U20_S320.optimizer.safetensors");
    assertThat(checkpoints.latest()).contains("E1_U10_S160");
    assertThat(checkpoints.tags()).containsExactly("E1_U10_S160", "best");
    RunFilesContract.write(files(), "E4_U40_S640.json", "{\"format\":1,");
    RunFilesContract.write(files(), "E5_U50_S800.json", "{}");
    RunFilesContract.write(files(), "E6_U60_S960.safetensors", "no sidecar");
    RunFilesContract.write(files(), "latest", "E9_U90_S1440");
    assertThat(checkpoints.latest()).contains("E1_U10_S160");
    checkpoints.delete("E1_U10_S160");
    assertThat(checkpoints.latest()).isEmpty();
  }

  @Test
  void whatSeveralAskedForIsRemovedWhenTheLastOfThemReleasesIt() {
    checkpoints().save("a", training("E1_U10_S160", 1), Set.of("epochs", "updates"));
    checkpoints().save("a", training("E1_U10_S160", 1), Set.of("epochs"));
    checkpoints().save("b", training("E1_U10_S160", 1));
    checkpoints().release("a", "epochs");
    assertThat(checkpoints().load("a").states()).isEqualTo(training("E1_U10_S160", 1).states());
    checkpoints().release("a", "somebody else");
    checkpoints().release("gone", "epochs");
    assertThat(checkpoints().tags()).containsExactly("a", "b");
    checkpoints().release("a", "updates");
    checkpoints().release("b", "updates");
    assertThat(files().list()).isEmpty();
  }

  @Test
  void damageIsFoundAndNamed() throws IOException {
    Checkpoints checkpoints = checkpoints();
    checkpoints.save("a", training("E1_U10_S160", 1));
    flip("a.safetensors");
    assertThatThrownBy(() -> checkpoints.load("a"))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("file 'a.safetensors' of checkpoint 'a' in")
        .hasMessageContaining("is damaged: its content is not what was written");
    checkpoints.save("b", training("E1_U10_S160", 1));
    cut("b.states.safetensors");
    assertThatThrownBy(() -> checkpoints.load("b"))
        .hasMessageContaining("file 'b.states.safetensors' of checkpoint 'b'")
        .hasMessageContaining("truncated");
    checkpoints.save("c", training("E1_U10_S160", 1));
    files().delete("c.optimizer.safetensors");
    assertThatThrownBy(() -> checkpoints.load("c"))
        .hasMessageContaining("checkpoint 'c' lacks its file 'c.optimizer.safetensors'");
  }

  @Test
  void anUnknownTagListsThoseThereAre() {
    checkpoints().save("a", weights("E1_U10_S160", 1));
    assertThatThrownBy(() -> checkpoints().load("b"))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("there is no checkpoint 'b' in")
        .hasMessageEndingWith("there are: a");
    assertThatThrownBy(() -> checkpoints().markLatest("b"))
        .hasMessageContaining("there is no checkpoint 'b'");
    for (String tag : List.of("latest", "latest_weights", "a.optimizer", "../a", "a/b")) {
      assertThatThrownBy(() -> checkpoints().save(tag, weights("E1_U10_S160", 1)))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  /** Checkpoints that know nothing of what others did before. */
  private Checkpoints checkpoints() {
    return Checkpoints.in(files());
  }

  static Checkpoint training(String iteration, long seed) {
    return Checkpoint.ofTraining(
        TrainingIteration.parse(iteration),
        "run",
        "net",
        weights(iteration, seed).weights(),
        List.of(array("means/a", (int) seed, 10 * seed)),
        Map.of(
            "best",
            SavedState.empty().with("value", 0.1 * seed).with("nan", Double.NaN),
            "ema",
            SavedState.empty().with("n", seed).withArray(array("0.9/a", 4, seed))));
  }

  static Checkpoint weights(String iteration, long seed) {
    return Checkpoint.ofWeights(
        TrainingIteration.parse(iteration),
        "run",
        "net",
        WeightSnapshot.of(List.of(array("b", 1000, seed), array("a", 3, seed + 1))));
  }

  private static HostArray array(String name, int size, long seed) {
    byte[] bytes = new byte[size];
    new java.util.Random(seed).nextBytes(bytes);
    return HostArray.of(name, DataType.UINT8, new Shape(size), bytes);
  }

  private void cut(String name) throws IOException {
    byte[] bytes = bytes(name);
    files().write(name, out -> out.write(bytes, 0, bytes.length - 1));
  }

  private void flip(String name) throws IOException {
    byte[] bytes = bytes(name);
    bytes[bytes.length - 1] ^= 1;
    files().write(name, out -> out.write(bytes));
  }

  private byte[] bytes(String name) throws IOException {
    try (InputStream in = files().read(name)) {
      return in.readAllBytes();
    }
  }

  /** Fails after a number of changes, as if the process had ended there. */
  private static final class FailingFiles extends ForwardingRunFiles {
    private int stepsLeft;
    private String steps = "write, rename, delete";
    private boolean recovers;

    FailingFiles(RunFiles files, int steps) {
      super(files);
      this.stepsLeft = steps;
    }

    private void step(String kind) {
      if (!steps.contains(kind)) {
        return;
      }
      int left = stepsLeft--;
      if (recovers ? left == 0 : left <= 0) {
        throw new StorageException("interrupted");
      }
    }

    @Override
    public void write(String name, Content content) {
      step("write");
      super.write(name, content);
    }

    @Override
    public void rename(String from, String to) {
      step("rename");
      super.rename(from, to);
    }

    @Override
    public void delete(String name) {
      step("delete");
      super.delete(name);
    }
  }
}
