package io.ostinato.storage;

import io.ostinato.storage.Sidecar.DataFile;
import io.ostinato.weights.HostArray;
import io.ostinato.weights.WeightSnapshot;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checkpoints of a run, by tag: {@code <tag>.safetensors} has the weights, {@code
 * <tag>.optimizer.safetensors} and {@code <tag>.states.safetensors} what there is besides, and
 * {@code <tag>.json} says what belongs together. One thread at a time.
 *
 * <p>New data is written beside the old as {@code <file>.next}; the sidecar is what commits it,
 * since it has the hash of each file; then the files take their names. So whatever is interrupted,
 * a tag is what it was before or what it is after.
 */
public final class Checkpoints {
  private static final Logger log = LoggerFactory.getLogger(Checkpoints.class);

  private final RunFiles files;
  private final DataFiles data;
  private final Sidecars sidecars;
  private final UnfinishedSaves unfinished;

  private Checkpoints(RunFiles files) {
    this.files = files;
    this.data = new DataFiles(files);
    this.sidecars = new Sidecars(files);
    this.unfinished = new UnfinishedSaves(files, data, sidecars);
  }

  public static Checkpoints in(RunFiles files) {
    return new Checkpoints(files);
  }

  /**
   * Keeps a checkpoint; one of that tag is replaced.
   *
   * @throws StorageException if it can't be written; one of that tag is as it was then
   */
  public synchronized void save(String tag, Checkpoint checkpoint) {
    save(tag, checkpoint, Set.of());
  }

  /**
   * Keeps a checkpoint for somebody; one of that tag is replaced, and whom that was kept for is not
   * forgotten.
   *
   * @param keptFor who has to {@link #release} it before it is removed
   * @throws StorageException if it can't be written; one of that tag is as it was then
   */
  public synchronized void save(String tag, Checkpoint checkpoint, Set<String> keptFor) {
    CheckpointNames.checkTag(tag);
    unfinished.finish(tag);
    Set<String> holders = new LinkedHashSet<>(holders(tag));
    holders.addAll(keptFor);
    List<DataFile> written;
    try {
      written = writeArrays(tag, checkpoint);
      sidecars.write(tag, Sidecar.of(checkpoint, written, List.copyOf(holders)));
    } catch (RuntimeException | Error e) {
      unfinished.drop(tag, e);
      throw e;
    }
    written.forEach(file -> files.rename(file.name() + DataFiles.NEXT, file.name()));
    unfinished.dropUnused(tag, written);
  }

  /**
   * A checkpoint, its files compared with their hashes.
   *
   * @throws StorageException if there is none of that tag (lists those there are), or a file is
   *     missing or damaged (says which)
   */
  public synchronized Checkpoint load(String tag) {
    CheckpointNames.checkTag(tag);
    unfinished.finish(tag);
    Sidecar sidecar = sidecars.find(tag).orElseThrow(() -> noSuch(tag));
    Map<String, List<HostArray>> arrays = new LinkedHashMap<>();
    sidecar.files().forEach(file -> arrays.put(file.name(), data.read(tag, file)));
    List<HostArray> weights = arrays.get(CheckpointNames.weights(tag));
    if (weights == null) {
      throw new StorageException("checkpoint '%s' has no weights".formatted(tag));
    }
    return new Checkpoint(
        Checkpoint.Content.valueOf(sidecar.content()),
        sidecar.trainingIteration(),
        sidecar.runId(),
        sidecar.architecture(),
        WeightSnapshot.of(weights),
        arrays.getOrDefault(CheckpointNames.optimizer(tag), List.of()),
        StateArrays.split(
            sidecar.states(), arrays.getOrDefault(CheckpointNames.states(tag), List.of())),
        sidecar.loop());
  }

  /** The tags of all checkpoints that are complete, sorted. */
  public synchronized List<String> tags() {
    return sidecars.tags();
  }

  /**
   * Whether a complete checkpoint has all that is needed to go on from it.
   *
   * @throws StorageException if there is none of that tag; lists those there are
   */
  public synchronized boolean isResumable(String tag) {
    if (!sidecars.isComplete(CheckpointNames.checkTag(tag))) {
      throw noSuch(tag);
    }
    return sidecars.find(tag).filter(Sidecar::isTraining).isPresent();
  }

  /**
   * What the training itself remembers in a complete checkpoint; see {@link Checkpoint#loop}.
   *
   * @throws StorageException if there is none of that tag; lists those there are
   */
  public synchronized Map<String, String> loop(String tag) {
    if (!sidecars.isComplete(CheckpointNames.checkTag(tag))) {
      throw noSuch(tag);
    }
    return sidecars.find(tag).map(Sidecar::loop).orElse(Map.of());
  }

  /**
   * Has {@link #latest} give this tag.
   *
   * @throws IllegalArgumentException if it has weights only, so that nothing can go on from it
   */
  public synchronized void markLatest(String tag) {
    if (!isResumable(tag)) {
      throw new IllegalArgumentException(
          "checkpoint '%s' has weights only, so '%s' can't name it; mark it as '%s'"
              .formatted(tag, CheckpointNames.LATEST, CheckpointNames.LATEST_WEIGHTS));
    }
    mark(CheckpointNames.LATEST, tag);
  }

  /** Has {@link #latestWeights} give this tag. */
  public synchronized void markLatestWeights(String tag) {
    if (!sidecars.isComplete(CheckpointNames.checkTag(tag))) {
      throw noSuch(tag);
    }
    mark(CheckpointNames.LATEST_WEIGHTS, tag);
  }

  /**
   * The tag that was marked last as one to go on from. If it isn't there, or is not complete, the
   * tag of the complete checkpoint of a training with the highest iteration, with a warning.
   */
  public synchronized Optional<String> latest() {
    Optional<String> marked = marked(CheckpointNames.LATEST);
    if (marked.isPresent() && sidecars.isComplete(marked.get()) && isResumable(marked.get())) {
      return marked;
    }
    Optional<String> newest =
        tags().stream()
            .filter(this::isResumable)
            .max(Comparator.comparing(tag -> sidecars.find(tag).orElseThrow().trainingIteration()));
    if (newest.isPresent()) {
      log.warn(
          "'{}' in {} names {}; the newest complete checkpoint is taken, '{}'",
          CheckpointNames.LATEST,
          files.location(),
          marked.map("'%s', which nothing can go on from"::formatted).orElse("nothing"),
          newest.get());
    }
    return newest;
  }

  /** The tag of the complete checkpoint that was marked last as the newest weights. */
  public synchronized Optional<String> latestWeights() {
    return marked(CheckpointNames.LATEST_WEIGHTS).filter(sidecars::isComplete);
  }

  /** Removes a checkpoint; nothing if there is none. */
  public synchronized void delete(String tag) {
    CheckpointNames.checkTag(tag);
    sidecars.delete(tag);
    unfinished.dropUnused(tag, List.of());
  }

  /**
   * Finishes or removes what processes left that were killed while they saved checkpoints. Nobody
   * else may write checkpoints into this folder meanwhile.
   *
   * @throws StorageException if that can't be done
   */
  public synchronized void deleteAbandoned() {
    unfinished.dropAll();
  }

  /** Removes a checkpoint once all have released it that it was kept for. */
  public synchronized void release(String tag, String holder) {
    CheckpointNames.checkTag(tag);
    List<String> others = holders(tag).stream().filter(name -> !name.equals(holder)).toList();
    if (others.isEmpty()) {
      delete(tag);
    } else {
      sidecars.find(tag).ifPresent(sidecar -> sidecars.write(tag, sidecar.keptFor(others)));
    }
  }

  private List<DataFile> writeArrays(String tag, Checkpoint checkpoint) {
    List<DataFile> written = new ArrayList<>();
    Map<String, String> metadata = new LinkedHashMap<>(); // in one order, as all bytes of a file
    metadata.put("iteration", checkpoint.iteration().toString());
    metadata.put("run_id", checkpoint.runId());
    written.add(data.write(CheckpointNames.weights(tag), checkpoint.weights().arrays(), metadata));
    if (!checkpoint.optimizer().isEmpty()) {
      written.add(data.write(CheckpointNames.optimizer(tag), checkpoint.optimizer(), metadata));
    }
    List<HostArray> states = StateArrays.join(checkpoint.states());
    if (!states.isEmpty()) {
      written.add(data.write(CheckpointNames.states(tag), states, metadata));
    }
    return written;
  }

  /** Whom a checkpoint is kept for; nobody if there is none, or it can't be read. */
  private List<String> holders(String tag) {
    return sidecars.findReadable(tag).map(Sidecar::keptFor).orElse(List.of());
  }

  private void mark(String name, String tag) {
    byte[] text = tag.getBytes(StandardCharsets.UTF_8);
    files.write(name, out -> out.write(text));
  }

  private Optional<String> marked(String name) {
    return files.exists(name) ? Optional.of(files.text(name).strip()) : Optional.empty();
  }

  private StorageException noSuch(String tag) {
    List<String> tags = tags();
    return new StorageException(
        "there is no checkpoint '%s' in %s; there are: %s"
            .formatted(tag, files.location(), tags.isEmpty() ? "none" : String.join(", ", tags)));
  }
}
