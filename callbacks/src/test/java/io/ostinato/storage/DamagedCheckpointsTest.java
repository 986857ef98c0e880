package io.ostinato.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ostinato.chaos.DamagedFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DamagedCheckpointsTest {
  private static final String TAG = "E1_U10_S160";

  @TempDir Path folder;
  private Checkpoint saved;

  @BeforeEach
  void save() {
    saved = CheckpointsContract.training(TAG, 1).withLoop(Map.of("seed", "7", "skipped", "0"));
    checkpoints().save(TAG, saved);
  }

  @Test
  void aDamagedSidecarNeverLoadsAsAnotherCheckpoint() throws IOException {
    assertThat(outcomesOf(TAG + ".json")).containsKeys("rejected");
  }

  @Test
  void damagedArraysNeverLoadAsAnotherCheckpoint() throws IOException {
    assertThat(outcomesOf(TAG + ".states.safetensors")).containsKeys("rejected");
  }

  private Map<String, Integer> outcomesOf(String file) throws IOException {
    Path path = folder.resolve(file);
    byte[] sound = Files.readAllBytes(path);
    return new DamagedFiles(file, List.of(sound))
        .readBy(
            (damaged, original) -> {
              Files.write(path, damaged);
              return load();
            });
  }

  private String load() {
    try {
      isAsSaved(checkpoints().load(TAG));
      return "accepted";
    } catch (StorageException e) {
      assertThat(e.getMessage()).contains("checkpoint '" + TAG + "'").hasSizeLessThan(1_000);
      return "rejected";
    }
  }

  private void isAsSaved(Checkpoint loaded) {
    assertThat(loaded.weights().manifest()).isEqualTo(saved.weights().manifest());
    assertThat(loaded.optimizer()).isEqualTo(saved.optimizer());
    assertThat(loaded.states()).isEqualTo(saved.states());
    assertThat(loaded.loop()).isEqualTo(saved.loop());
    assertThat(loaded.iteration()).isEqualTo(saved.iteration());
    assertThat(loaded.runId()).isEqualTo(saved.runId());
    assertThat(loaded.architecture()).isEqualTo(saved.architecture());
    assertThat(loaded.content()).isEqualTo(saved.content());
  }

  @Test
  void aChangedValueInASidecarIsFound() throws IOException {
    rewrite("\"seed\": \"7\"", "\"seed\": \"8\"");
    assertThatThrownBy(() -> checkpoints().load(TAG))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("the sidecar of checkpoint '" + TAG + "' in " + folder)
        .hasMessageContaining("its content is not what was written");
    assertThat(checkpoints().tags()).isEmpty();
  }

  @Test
  void aSidecarOfAnEarlierVersionHasNoHashAndIsRead() throws IOException {
    rewrite("  \"sha256\": \"[0-9a-f]{64}\",\n  \"format\"", "  \"format\"");
    isAsSaved(checkpoints().load(TAG));
    checkpoints().save(TAG, saved);
    assertThat(sidecar()).contains("{\n  \"sha256\": \"");
  }

  @Test
  void aDamagedHashIsNotAMissingOne() throws IOException {
    rewrite("\"sha256\": (?=.*\\n  \"format\")", "\"sha257\": ");
    assertThatThrownBy(() -> checkpoints().load(TAG))
        .hasMessageContaining("it has the key 'sha257', which is unknown or there twice");
  }

  @Test
  void aSidecarThatListsFilesOfOthersIsRejected() throws IOException {
    rewrite("  \"sha256\": \"[0-9a-f]{64}\",\n  \"format\"", "  \"format\"");
    rewrite("\"name\": \"[^\"]*\"", "\"name\": \"../../x\"");
    assertThatThrownBy(() -> checkpoints().load(TAG))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("the sidecar of checkpoint '" + TAG + "'")
        .hasMessageContaining("is damaged");
  }

  private Checkpoints checkpoints() {
    return Checkpoints.in(LocalRunFiles.in(folder));
  }

  private String sidecar() throws IOException {
    return Files.readString(folder.resolve(TAG + ".json"));
  }

  private void rewrite(String pattern, String replacement) throws IOException {
    String before = sidecar();
    String after = before.replaceFirst(pattern, replacement);
    assertThat(after).isNotEqualTo(before);
    Files.write(folder.resolve(TAG + ".json"), after.getBytes(StandardCharsets.UTF_8));
  }
}
